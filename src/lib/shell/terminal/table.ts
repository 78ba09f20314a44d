/** Tables for people: drawn on a terminal, plain and tab-separated when piped. */

export interface Column<Row> {
  readonly title: string;
  readonly value: (row: Row) => string | number | null;
  readonly align?: 'left' | 'right';
  /** This column gives way when the terminal is narrow, all of it where it is empty. */
  readonly shrink?: boolean;
  /** Left out altogether, the last first, where cutting all that give way is not enough. */
  readonly spare?: boolean;
}

/** @param width terminal columns; undefined when the output is piped */
export async function renderTable<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  width: number | undefined,
): Promise<string> {
  const cells = rows.map((row) => columns.map((column) => printable(String(column.value(row) ?? ''))));
  if (width === undefined) {
    return [columns.map((column) => column.title), ...cells].map((line) => line.join('\t')).join('\n');
  }
  const { default: Table } = await import('cli-table3');
  const { columns: kept, cells: shown } = leaveOutSpare(leaveOutEmpty(columns, cells, width), width);
  const table = new Table({
    head: kept.map((column) => column.title),
    colAligns: kept.map((column) => column.align ?? 'left'),
    colWidths: fitColumns(kept, shown, width),
    wordWrap: false,
    chars: LIGHT,
    style: { head: [], border: [], compact: true, 'padding-left': 0, 'padding-right': 2 },
  });
  table.push(...shown.map((row) => [...row]));
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

/** Only a line under the titles: fits 80 columns and copies well into an e-mail. */
const LIGHT = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '',
} as const;

const PADDING = 2;
const NARROWEST = 8;

interface Content<Row> {
  readonly columns: readonly Column<Row>[];
  readonly cells: Cells;
}

type Cells = readonly (readonly string[])[];

/** Before a filled column is cut, an empty one makes room. */
function leaveOutEmpty<Row>(columns: readonly Column<Row>[], cells: Cells, width: number): Content<Row> {
  if (cells.length === 0 || overhang(naturalWidths(columns, cells), width) <= 0) return { columns, cells };
  const isKept = columns.map((column, i) => !column.shrink || cells.some((row) => row[i] !== ''));
  return keep({ columns, cells }, (i) => isKept[i] === true);
}

function leaveOutSpare<Row>(content: Content<Row>, width: number): Content<Row> {
  const { columns, cells } = content;
  const last = columns.findLastIndex(({ spare }) => spare);
  if (last < 0 || overhang(fitColumns(columns, cells, width), width) <= 0) return content;
  return leaveOutSpare(
    keep(content, (i) => i !== last),
    width,
  );
}

function keep<Row>({ columns, cells }: Content<Row>, isKept: (column: number) => boolean): Content<Row> {
  return {
    columns: columns.filter((_, i) => isKept(i)),
    cells: cells.map((row) => row.filter((_, i) => isKept(i))),
  };
}

function naturalWidths<Row>(columns: readonly Column<Row>[], cells: Cells): number[] {
  return columns.map(
    (column, i) =>
      Math.max(column.title.length, ...cells.slice(0, 10_000).map((row) => row[i]!.length)) + PADDING,
  );
}

/** The padding behind the last column is not printed. */
function overhang(widths: readonly number[], width: number): number {
  return widths.reduce((sum, one) => sum + one, 0) - PADDING - width;
}

function fitColumns<Row>(columns: readonly Column<Row>[], cells: Cells, width: number): number[] {
  const widths = naturalWidths(columns, cells);
  let over = overhang(widths, width);
  columns.forEach((column, i) => {
    if (!column.shrink || over <= 0) return;
    const cut = Math.min(over, widths[i]! - NARROWEST - PADDING);
    if (cut <= 0) return;
    widths[i] = widths[i]! - cut;
    over -= cut;
  });
  return widths;
}

/** One line per cell, whatever a device put into it: no control character reaches a terminal. */
function printable(text: string): string {
  return text.replace(/\t/g, ' ').replace(/[\u0000-\u001f\u007f-\u009f]/g, '\uFFFD');
}
