import { hasOpenQuote, splitCells } from './cells.js';
import type { RowLines } from './rows.js';

/** More lines than a name or an address has; beyond them a quote was just never closed. */
const MOST_LINES = 20;
const MOST_CHARACTERS = 65_536;

/**
 * A quoted cell may hold line breaks (a name that somebody typed on two lines): then a row is on several lines. A
 * quote that is never closed must not swallow the rows behind it: the first one that is whole by itself ends it.
 * @param cells how many a row can't be read without
 */
export function judgeRow(lines: readonly string[], delimiter: string, cells: number): RowLines {
  const row = lines.join('\n');
  if (!hasOpenQuote(row, delimiter)) {
    return lines.length > 1 && splitCells(row, delimiter).length >= cells ? 'whole' : 'apart';
  }
  if (splitCells(lines.at(-1)!, delimiter).length >= cells) return 'apart';
  return lines.length < MOST_LINES && row.length < MOST_CHARACTERS ? 'open' : 'apart';
}
