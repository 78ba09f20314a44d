import { dayOf, isDateAttempt } from './dates.js';
import { foldDigits } from './text.js';

/** First words of the line that closes a list: a sum, or the count that a database prints under its rows. */
const TOTAL =
  /^(?:(?:grand\s+|sub-?)?totals?\b|(?:รวม(?:ทั้ง\S*)?|ລວມ(?:ທັງ\S*)?)(?=[\s\d:.,]|$)|end\b|\(\d+ rows?\))/i;
/** First words of lines about the list itself: its page, its span, when it was printed. */
const PROSE = /^(?:page|print|report|from|date|หน้า|พิมพ์|วันที่|ໜ້າ|ພິມ|ວັນທີ)/i;

/** A sum stands beside its word, rarely a second one; a person's row has as many cells with id, date and time alone. */
const MOST_CELLS = 3;

/** A row under a table that is no row of it: it sums up and has no date, or is a single cell of prose. */
export function isFooterRow(cells: readonly string[]): boolean {
  const first = cells.find((cell) => cell.trim() !== '')?.trim() ?? '';
  const isSum = TOTAL.test(first);
  if (!isSum && !PROSE.test(first)) return false;
  const filled = cells.filter((cell) => cell.trim() !== '');
  if (filled.length === 1 && PROSE.test(first)) return true;
  return (
    isSum && filled.length <= MOST_CELLS && !filled.some((cell) => isDateAttempt(dayOf(foldDigits(cell))))
  );
}

/** The same for lines without columns. */
export function isTotal(line: string): boolean {
  return TOTAL.test(line.trim());
}

export function isProse(line: string): boolean {
  return PROSE.test(line.trim());
}
