import type { Cell, CellValue, Workbook, Worksheet } from 'exceljs';
import { collectBytes } from './bytes.js';
import { ChunkBuilder, type Handled } from './chunk.js';
import { NO_EVIDENCE, OrderSurvey, ruleOf } from './date-order.js';
import { type DateRules, SERIAL_EPOCHS } from './dates.js';
import { isFooterRow } from './footer.js';
import {
  type FileChunk,
  type FileSource,
  FileUnreadable,
  type Format,
  type FormatContext,
} from './format.js';
import { type IsoCells, readIsoCells } from './iso-cells.js';
import {
  type Columns,
  createTableRow,
  foldTitle,
  mayBeTitles,
  type TableLayout,
  TITLE_SEARCH_ROWS,
  tableSetting,
} from './table.js';
import { readZipEntry } from './zip-entry.js';

/**
 * Workbooks: the first layout whose titles a sheet carries reads its rows. Date cells are wall clock; exceljs puts it
 * into the UTC fields, in any time zone. Read whole each time.
 */
export function createXlsxFormat(layouts: readonly TableLayout[]): Format {
  return {
    name: 'xlsx',
    resumable: false,
    claims: (head, fileName) =>
      /\.xls[xm]$/i.test(fileName) || (isWorkbook(head.bytes) && !OTHER_PACKAGE.test(fileName)),
    read: (source, context) => readWorkbook(layouts, source, context),
  };
}

export function createForcedXlsxFormat(layout: TableLayout): Format {
  return { ...createXlsxFormat([layout]), layout: layout.name, claims: () => false };
}

/** Documents in the same kind of archive, and workbooks in a binary form that exceljs does not read. */
const OTHER_PACKAGE = /\.(xlsb|do[ct][xm]|pp[ts][xm])$/i;
const MAX_BYTES = 67_108_864;
/** A month of scans has some forty. One cell at the far right would make 16,384 of each row. */
const MAX_COLUMNS = 256;
/** Lists to choose from, often for whole columns: exceljs makes an entry of each of a million cells. */
const NOT_CELLS = ['dataValidations'];
const DAY_MS = 86_400_000;
const DAYS_TO_1904 = (SERIAL_EPOCHS.mac - SERIAL_EPOCHS.usual) / DAY_MS;
const ZIP = [0x50, 0x4b, 0x03, 0x04] as const;

interface Sheet {
  readonly layout: TableLayout;
  readonly columns: Columns;
  readonly titleRow: number;
  readonly rows: readonly SheetRow[];
}

interface SheetRow {
  readonly number: number;
  readonly cells: readonly string[];
}

async function* readWorkbook(
  layouts: readonly TableLayout[],
  source: FileSource,
  context: FormatContext,
): AsyncGenerator<FileChunk> {
  const bytes = await collectBytes(source, MAX_BYTES);
  const { workbook, since1904, isoCells } = await openWorkbook(bytes);
  // exceljs knows the mark as 1 only; other programs write true.
  const lateDays = since1904 && !workbook.properties.date1904 ? DAYS_TO_1904 : 0;
  const out = new ChunkBuilder(context.wallNow);
  const sheets: Sheet[] = [];
  for (const worksheet of workbook.worksheets) {
    const rows = rowsOf(worksheet, { lateDays, isoCells: isoCells.get(worksheet.id) ?? NO_CELLS });
    const sheet = sheetOf(layouts, rows);
    if (sheet !== null) sheets.push(sheet);
    else if (rows.length > 0) {
      out.remark(
        'titles-missing',
        `Sheet "${worksheet.name}" has no titles that hip knows and was left out.`,
      );
    }
  }
  if (sheets.length === 0) {
    throw new FileUnreadable('no-known-titles', 'No sheet of this workbook has titles that hip knows.');
  }
  const serialEpoch = since1904 ? SERIAL_EPOCHS.mac : SERIAL_EPOCHS.usual;
  const rules = { ...rulesOf(sheets, context), serialEpoch };
  if (rules.order === 'conflict') {
    out.remark('date-order-conflict', 'Text dates are day first and month first: unclear ones are refused.');
  }
  let line = 0;
  for (const sheet of sheets) {
    const read = createSheetReader(sheet, { context, rules, out });
    for (const row of sheet.rows) {
      read(row);
      line = row.number;
      if (out.isFull) yield out.take({ checkpoint: checkpoint(0, line), last: false });
    }
  }
  yield out.take({ checkpoint: checkpoint(source.sizeBytes, line), last: true });
}

/** What exceljs doesn't know of a sheet. */
interface Beside {
  /** By which it took every day for too early a one. */
  readonly lateDays: number;
  readonly isoCells: IsoCells;
}

const NO_CELLS: IsoCells = new Map();

function rowsOf(worksheet: Worksheet, beside: Beside): SheetRow[] {
  const rows: SheetRow[] = [];
  worksheet.eachRow((row, number) => {
    const cells: string[] = [];
    const count = Math.min(row.cellCount, MAX_COLUMNS);
    for (let at = 1; at <= count; at += 1) cells.push(cellText(row.getCell(at), beside));
    rows.push({ number, cells });
  });
  return rows;
}

function createSheetReader(
  { layout, titleRow, columns: first }: Sheet,
  { context, rules, out }: { context: FormatContext; rules: DateRules; out: ChunkBuilder },
): (row: SheetRow) => Handled {
  const setting = { ...tableSetting(context, rules), workbook: true };
  let columns = first;
  return ({ cells, number }) => {
    out.open(number, cells.join('\t'));
    if (number === titleRow) return out.skip('column-header');
    if (number < titleRow) return out.skip('title');
    if (cells.every((cell) => cell === '')) return out.skip('blank');
    const others = mayBeTitles(cells, columns) ? layout.columnsOf(cells.map(foldTitle)) : null;
    if (others !== null) {
      columns = others;
      return out.skip('column-header');
    }
    if (isFooterRow(cells)) return out.skip('footer');
    return layout.readRow(createTableRow(cells, columns, setting), out);
  };
}

/** Old Macs' way, kept by whoever saves such a workbook again. */
async function countsFrom1904(bytes: Uint8Array): Promise<boolean> {
  const book = (await readZipEntry(bytes, 'xl/workbook.xml')) ?? '';
  // The tag first, then what it says: in one pattern a book of such tags takes the square of its length.
  const [, attributes = ''] = /<(?:\w+:)?workbookPr\b([^>]*)/.exec(book) ?? [];
  return /\sdate1904\s*=\s*["'](?:1|true)["']/.test(attributes);
}

interface OpenWorkbook {
  readonly workbook: Workbook;
  readonly since1904: boolean;
  readonly isoCells: ReadonlyMap<number, IsoCells>;
}

async function openWorkbook(bytes: Uint8Array): Promise<OpenWorkbook> {
  if (!ZIP.every((byte, at) => bytes[at] === byte)) {
    throw new FileUnreadable(
      'not-a-workbook',
      'This is no .xlsx workbook, or it is protected by a password: save it as .xlsx without one.',
    );
  }
  const { default: exceljs } = await import('exceljs');
  const workbook = new exceljs.Workbook();
  try {
    const isoCells = await readIsoCells(bytes);
    const copy = bytes.slice().buffer;
    await workbook.xlsx.load(copy, { ignoreNodes: NOT_CELLS });
    return { workbook, since1904: await countsFrom1904(bytes), isoCells };
  } catch (error) {
    if (error instanceof FileUnreadable) throw error;
    throw new FileUnreadable(
      'damaged',
      'The workbook is damaged, or was copied while it was written. If Excel opens it, save it there once more.',
      error,
    );
  }
}

function sheetOf(layouts: readonly TableLayout[], rows: readonly SheetRow[]): Sheet | null {
  for (const row of rows.slice(0, TITLE_SEARCH_ROWS)) {
    const titles = row.cells.map(foldTitle);
    for (const layout of layouts) {
      const columns = layout.columnsOf(titles);
      if (columns !== null) return { layout, columns, titleRow: row.number, rows };
    }
  }
  return null;
}

function rulesOf(sheets: readonly Sheet[], context: FormatContext): DateRules {
  const survey = new OrderSurvey(NO_EVIDENCE);
  for (const { rows } of sheets) for (const row of rows) survey.add(row.cells.join('\t'));
  return { order: ruleOf(survey.evidence, context.dateOrder), wallNow: context.wallNow };
}

function cellText(cell: Cell, { lateDays, isoCells }: Beside): string {
  // Cells that are one across columns hold one scan, not one each; across rows, a name stands for each row.
  if (cell.isMerged && cell.master.row === cell.row && cell.master.col !== cell.col) return '';
  const moment = isoCells.get(cell.master.address);
  if (moment !== undefined) return typeof moment === 'string' ? moment : dateText(moment, cell.numFmt ?? '');
  const value = plainValue(cell.value);
  if (value instanceof Date) {
    return dateText(new Date(value.getTime() + lateDays * DAY_MS), cell.numFmt ?? '');
  }
  if (typeof value === 'number') return numberText(value, cell.numFmt ?? '');
  return value === null || value === undefined ? '' : unescaped(String(value)).trim();
}

/** A character that XML has no place for, or a carriage return: `_x000D_` (ECMA-376 part 1, 22.9.2.19). */
function unescaped(text: string): string {
  return text.replace(/_x([0-9A-Fa-f]{4})_/g, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );
}

/** What a formula came to, what a link or a rich text says. */
function plainValue(value: CellValue): CellValue {
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  if ('richText' in value) return value.richText.map((part) => part.text).join('');
  if ('result' in value) return plainValue(value.result as CellValue);
  if ('text' in value) return plainValue(value.text as CellValue);
  if ('error' in value) return value.error;
  return null;
}

/** An id that a cell shows with leading zeros has them (`0000` as its number form). */
function numberText(value: number, form: string): string {
  if (value > 0 && value < 1) return clockText(new Date(Math.round(value * 86_400) * 1000), false);
  return /^0+$/.test(form) ? String(value).padStart(form.length, '0') : String(value);
}

/** Excel's own limit. */
const MAX_FORM_CHARS = 255;

/** A time without a day stands in 1899 or, in workbooks that count from there, in 1904; a form without seconds has none, whatever the number behind it. */
function dateText(value: Date, form: string): string {
  const whole = new Date(Math.round(value.getTime() / 1000) * 1000);
  if (Number.isNaN(whole.getTime())) return '';
  const plainForm = form.slice(0, MAX_FORM_CHARS).replace(/\[[^\]]*\]|"[^"]*"|\\./g, '');
  const clock = clockText(whole, form === '' || /s/i.test(plainForm));
  if (whole.getUTCFullYear() < 1905) return clock;
  const day = whole.toISOString().slice(0, 10);
  return !/h/i.test(plainForm) && /^00:00/.test(clock) ? day : `${day} ${clock}`;
}

function clockText(utc: Date, withSeconds: boolean): string {
  const text = utc.toISOString().slice(11, 19);
  return withSeconds || utc.getUTCSeconds() !== 0 ? text : text.slice(0, 5);
}

function isWorkbook(bytes: Uint8Array): boolean {
  if (!ZIP.every((byte, at) => bytes[at] === byte)) return false;
  const start = String.fromCharCode(...bytes.subarray(0, 4096));
  return start.includes('[Content_Types].xml') || start.includes('xl/');
}

function checkpoint(offsetBytes: number, line: number): { offsetBytes: number; line: number; note: string } {
  return { offsetBytes, line, note: JSON.stringify({ version: 1, format: 'xlsx' }) };
}
