import { judgeRow } from './broken-row.js';
import { splitCells } from './cells.js';
import type { ChunkBuilder, Handled } from './chunk.js';
import type { DateRules } from './dates.js';
import type { DeviceNaming } from './device.js';
import { type FileHead, FileUnreadable, type FormatContext, type FormatName } from './format.js';
import type { RowReader, RowSetup } from './rows.js';
import { foldDigits } from './text.js';

/**
 * Files with a title row: columns are found by title, never by place. The same layouts read separated text and the
 * rows of a workbook.
 */
export interface TableLayout {
  readonly name: FormatName;
  /** The columns when these are the layout's titles; titles are folded by {@link foldTitle}. */
  columnsOf(titles: readonly string[]): Columns | null;
  readRow(row: TableRow, out: ChunkBuilder): Handled;
}

/** Our name of a column to its place; JSON, part of the checkpoint note. Repeating columns are a list. */
export type Columns = Readonly<Record<string, number | readonly number[]>>;

export interface TableRow {
  readonly cells: readonly string[];
  readonly columns: Columns;
  readonly rules: DateRules;
  readonly naming: DeviceNaming;
  readonly timeZone: string;
  /** Trimmed text of a named column; '' when the row or the table has none. */
  cell(name: string): string;
  /** The row ends before this column. */
  endsBefore(name: string): boolean;
  /** What to show for a refused cell: a workbook has no line, there it is the cell; undefined for the whole row. */
  fault(name: string): string | undefined;
}

/** What rows need beside their cells. */
export interface TableSetting {
  readonly rules: DateRules;
  readonly naming: DeviceNaming;
  readonly timeZone: string;
  readonly workbook?: boolean;
}

/** Report headings stand above the titles. */
export const TITLE_SEARCH_ROWS = 30;
const DELIMITERS = ['\t', ',', ';', '|'] as const;

export interface TableTitles {
  readonly columns: Columns;
  readonly delimiter: string;
}

/** Case, blanks and punctuation differ between versions of the same program. */
export function foldTitle(title: string): string {
  return foldDigits(title)
    .toLowerCase()
    .replace(/[\s._\-/:"'()]+/g, '');
}

/** Places of the first title that is one of `names`, in the order of `names`; -1 when none is there. */
export function placeOf(titles: readonly string[], ...names: string[]): number {
  for (const name of names) {
    const place = titles.indexOf(name);
    if (place >= 0) return place;
  }
  return -1;
}

/** Only columns that are there. */
export function presentColumns(places: Record<string, number>): Columns {
  return Object.fromEntries(Object.entries(places).filter(([, place]) => place >= 0));
}

export function findTitles(layout: TableLayout, line: string): TableTitles | null {
  for (const delimiter of DELIMITERS) {
    if (!line.includes(delimiter)) continue;
    const columns = layout.columnsOf(splitCells(line, delimiter).map(foldTitle));
    if (columns !== null) return { columns, delimiter };
  }
  return null;
}

export function headTitles(layout: TableLayout, head: FileHead): TableTitles | null {
  for (const line of head.lines.slice(0, TITLE_SEARCH_ROWS)) {
    const titles = findTitles(layout, line);
    if (titles !== null) return titles;
  }
  return null;
}

export function createTableRow(cells: readonly string[], columns: Columns, setting: TableSetting): TableRow {
  return {
    cells,
    columns,
    ...setting,
    cell: (name) => cells[placeIn(columns, name)]?.trim() ?? '',
    fault: (name) => (setting.workbook ? cells[placeIn(columns, name)] : undefined),
    endsBefore: (name) => cells.length <= placeIn(columns, name),
  };
}

/** What rows need of the context, in the shape of a table row. */
export function tableSetting(context: FormatContext, rules: DateRules): TableSetting {
  const naming = { machines: context.machines, fallback: context.defaultDeviceSn };
  return { rules, naming, timeZone: context.timeZone };
}

interface TableState {
  readonly titles: TableTitles;
  readonly seen: boolean;
}

/** Rows of separated text under a title row. */
export function createTableRows(layout: TableLayout, setup: RowSetup): RowReader {
  const setting = tableSetting(setup.context, setup.rules);
  const state = setup.state as TableState | undefined;
  const first = state?.titles ?? headTitles(layout, setup.head);
  if (first === null) {
    throw new FileUnreadable('no-known-titles', `No title row of ${layout.name} in the first lines.`);
  }
  let titles = first;
  let seen = state?.seen ?? false;
  let cellsNeeded = cellsOf(titles.columns);
  return {
    read(line, out) {
      const cells = splitCells(line, titles.delimiter);
      if (!seen || mayBeTitles(cells, titles.columns)) {
        const found = findTitles(layout, line);
        if (found !== null) {
          titles = found;
          cellsNeeded = cellsOf(titles.columns);
          seen = true;
          return out.skip('column-header');
        }
      }
      if (!seen) return out.skip('title');
      if (cells.every((cell) => cell.trim() === '')) return out.skip('blank');
      out.fields = cells.length;
      return layout.readRow(createTableRow(cells, titles.columns, setting), out);
    },
    judge: (lines) => (seen ? judgeRow(lines, titles.delimiter, cellsNeeded) : 'apart'),
    state: (): TableState => ({ titles, seen }),
  };
}

/** Pasted exports repeat their titles, and no row of data lacks digits in all of its known columns. */
export function mayBeTitles(cells: readonly string[], columns: Columns): boolean {
  return Object.values(columns).every(
    (place) => typeof place !== 'number' || !/\d/.test(foldDigits(cells[place] ?? '')),
  );
}

/** Up to the last column that a row must have; of the repeated ones it need not have any. */
export function cellsOf(columns: Columns): number {
  const places = Object.values(columns).filter((place) => typeof place === 'number');
  return Math.max(0, ...places) + 1;
}

function placeIn(columns: Columns, name: string): number {
  const place = columns[name];
  return typeof place === 'number' ? place : Number.POSITIVE_INFINITY;
}
