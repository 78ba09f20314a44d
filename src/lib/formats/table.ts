import { joinTitles, judgeRow, judgeTitles, MOST_LINES } from './broken-row.js';
import { splitCells } from './cells.js';
import type { ChunkBuilder, Handled } from './chunk.js';
import type { DateRules } from './dates.js';
import type { DeviceNaming } from './device.js';
import { isFooterRow } from './footer.js';
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
  /** Text of a named column, as {@link plainCell} gives it; '' when the row or the table has none. */
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
const MOST_HEADINGS = TITLE_SEARCH_ROWS + MOST_LINES;
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

/** @param lines from the title row on: a quoted title may go on in the next ones */
function findTitles(layout: TableLayout, lines: readonly string[]): TitleRow | null {
  for (const delimiter of DELIMITERS) {
    const row = joinTitles(lines, delimiter);
    if (!row.includes(delimiter)) continue;
    const columns = layout.columnsOf(splitCells(row, delimiter).map(foldTitle));
    if (columns !== null) return { columns, delimiter, row };
  }
  return null;
}

interface TitleRow extends TableTitles {
  /** Its text, of one line or several. */
  readonly row: string;
}

export function headTitles(layout: TableLayout, head: FileHead): TitleRow | null {
  let found: TitleRow | null = null;
  let end = TITLE_SEARCH_ROWS;
  for (let at = 0; at < Math.min(end, head.lines.length); at += 1) {
    const titles = findTitles(layout, head.lines.slice(at, at + MOST_LINES));
    if (titles === null || (found !== null && widthOf(titles) <= widthOf(found))) continue;
    found = titles;
    // A stray quote above them can have taken a part of the titles for one cell: then they begin in a later line.
    end = at + titles.row.split('\n').length;
  }
  return found;
}

function widthOf({ columns }: TableTitles): number {
  return Object.keys(columns).length;
}

export function createTableRow(cells: readonly string[], columns: Columns, setting: TableSetting): TableRow {
  return {
    cells,
    columns,
    ...setting,
    cell: (name) => plainCell(cells[placeIn(columns, name)]),
    fault: (name) => (setting.workbook ? cells[placeIn(columns, name)] : undefined),
    endsBefore: (name) => cells.length <= placeIn(columns, name),
  };
}

/** Without what programs put around a number so that Excel keeps its zeros: `="0012"`, `'0012`. ASCII digits. */
export function plainCell(cell = ''): string {
  const text = foldDigits(cell).trim();
  if (!text.startsWith('=') && !text.startsWith("'")) return text;
  return text.replace(/^="(.*)"$/, '$1').replace(/^'(?=\d)/, '');
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
  const inHead = state?.seen ? null : headTitles(layout, setup.head);
  const first = inHead ?? state?.titles;
  if (first === undefined) {
    throw new FileUnreadable('no-known-titles', `No title row of ${layout.name} in the first lines.`);
  }
  const titleRow = inHead?.row ?? '';
  let titles: TableTitles = { columns: first.columns, delimiter: first.delimiter };
  let seen = state?.seen ?? false;
  let cellsNeeded = cellsOf(titles.columns);
  let headings = 0;
  return {
    read(line, out) {
      const cells = splitCells(line, titles.delimiter);
      if (!seen || mayBeTitles(cells, titles.columns)) {
        const found = line === titleRow ? first : findTitles(layout, line.split('\n'));
        if (found !== null) {
          titles = { columns: found.columns, delimiter: found.delimiter };
          cellsNeeded = cellsOf(titles.columns);
          seen = true;
          return out.skip('column-header');
        }
      }
      if (!seen) {
        headings += 1;
        // The head has titles: where reading meets none, rows must not go for headings.
        if (headings <= MOST_HEADINGS) return out.skip('title');
        seen = true;
      }
      if (cells.every((cell) => cell.trim() === '')) return out.skip('blank');
      if (isFooterRow(cells)) return out.skip('footer');
      out.fields = cells.length;
      return layout.readRow(createTableRow(cells, titles.columns, setting), out);
    },
    judge: (lines) => (seen ? judgeRow(lines, titles.delimiter, cellsNeeded) : judgeTitles(lines, titleRow)),
    state: (): TableState => ({ titles, seen }),
  };
}

const ANY_DIGIT = /[\d๐-๙໐-໙]/;
const NUMBERED = ['user', 'staff', 'date', 'time'] as const;

/** Pasted exports repeat their titles, in other places maybe: where rows have numbers, titles have a word. */
export function mayBeTitles(cells: readonly string[], columns: Columns): boolean {
  return NUMBERED.some((name) => {
    const cell = cells[placeIn(columns, name)] ?? '';
    return cell !== '' && !ANY_DIGIT.test(cell) && cell.trim() !== '';
  });
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
