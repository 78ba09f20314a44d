/** Tables for people: drawn on a terminal, plain and tab-separated when piped. */

export interface Column<Row> {
  readonly title: string;
  readonly value: (row: Row) => string | number | null;
  readonly align?: 'left' | 'right';
  /** This column gives way when the terminal is narrow. */
  readonly shrink?: boolean;
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
  const table = new Table({
    head: columns.map((column) => column.title),
    colAligns: columns.map((column) => column.align ?? 'left'),
    colWidths: fitColumns(columns, cells, width),
    wordWrap: false,
    chars: LIGHT,
    style: { head: [], border: [], compact: true, 'padding-left': 0, 'padding-right': 2 },
  });
  table.push(...cells);
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

function fitColumns<Row>(
  columns: readonly Column<Row>[],
  cells: readonly (readonly string[])[],
  width: number,
): number[] {
  const widths = columns.map(
    (column, i) =>
      Math.max(column.title.length, ...cells.slice(0, 10_000).map((row) => row[i]!.length)) + PADDING,
  );
  let over = widths.reduce((sum, one) => sum + one, 0) - width;
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
