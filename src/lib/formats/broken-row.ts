import { hasOpenQuote, splitCells } from './cells.js';
import type { RowLines } from './rows.js';

/** More lines than a name or an address has; beyond them a quote was just never closed. */
export const MOST_LINES = 20;
const MOST_CHARACTERS = 65_536;
const MOST_TITLE_CHARACTERS = 4_096;
/** Stands in rows, never in titles. */
const DATE = /[\d๐-๙໐-໙][/.-][\d๐-๙໐-໙]{1,2}[/.-][\d๐-๙໐-໙]/;

/**
 * A quoted cell may hold line breaks (a name that somebody typed on two lines): then a row is on several lines. A
 * quote that is never closed must not swallow the rows behind it: the first one that is whole by itself ends it.
 * @param cells how many a row can't be read without
 */
export function judgeRow(lines: readonly string[], delimiter: string, cells: number): RowLines {
  const row = lines.join('\n');
  const isWhole = (text: string): boolean => splitCells(text, delimiter).length >= cells;
  const endsInWhole = lines.length > 1 && isWhole(lines.at(-1)!);
  if (!hasOpenQuote(row, delimiter)) {
    // Two rows that can each be read are two: a quote of the second must not end the stray one of the first.
    if (lines.length === 1 || (endsInWhole && isWhole(lines[0]!))) return 'apart';
    return isWhole(row) ? 'whole' : 'apart';
  }
  if (endsInWhole) return 'apart';
  return lines.length < MOST_LINES && row.length < MOST_CHARACTERS ? 'open' : 'apart';
}

/** The first line with those that its quoted cells go on in; alone when their quotes are never closed. */
export function joinTitles(lines: readonly string[], delimiter: string): string {
  for (let count = 1; count <= Math.min(lines.length, MOST_LINES); count += 1) {
    const row = lines.slice(0, count).join('\n');
    if (count > 1 && DATE.test(lines[count - 1]!)) break;
    if (!hasOpenQuote(row, delimiter)) return row;
    if (row.length >= MOST_TITLE_CHARACTERS) break;
  }
  return lines[0] ?? '';
}

/** What lines are while the title row is still to come. */
export function judgeTitles(lines: readonly string[], titleRow: string): RowLines {
  const row = lines.join('\n');
  if (titleRow.startsWith(`${row}\n`)) return 'open';
  return lines.length > 1 && row === titleRow ? 'whole' : 'apart';
}
