import { accessMdb } from './access-mdb.js';
import { biotimeCsv, biotimeLayout } from './biotime-csv.js';
import { type CsvSettings, createCsvFormat, createCsvLayout } from './csv.js';
import { fkGlog } from './fk-glog.js';
import type { FileChunk, FileHead, FileReject, Format, FormatContext, FormatName } from './format.js';
import { createHead } from './head.js';
import { hipAlog } from './hip-alog.js';
import { hipMatrix, matrixLayout } from './hip-matrix.js';
import { parseJson } from './note.js';
import { createForcedXlsxFormat, createXlsxFormat } from './xlsx.js';
import { admsBody, mayBeAdmsBody, zkAttlog } from './zk-attlog.js';
import { zktimeLayout, zktimeList } from './zktime-list.js';

/**
 * All formats, in the order in which they are asked. What the operator described (`csv`) comes before what hip
 * guesses; layouts with titles and tabs before the two that go by the shape of a line.
 */
export function createFormats(csv: CsvSettings | null = null): readonly Format[] {
  const layouts = [createCsvLayout(csv), matrixLayout, biotimeLayout, zktimeLayout];
  return [
    accessMdb,
    createXlsxFormat(layouts),
    createCsvFormat(csv),
    fkGlog,
    zkAttlog,
    admsBody,
    hipMatrix,
    biotimeCsv,
    zktimeList,
    hipAlog,
    ...layouts.map(createForcedXlsxFormat),
  ];
}

export interface FormatRequest {
  readonly head: FileHead;
  readonly fileName: string;
  /** `sync.format`; null lets the formats claim. */
  readonly forced: FormatName | null;
}

export interface FormatChoice {
  /** Null when the file is nobody's: report it with the hint and leave it alone. */
  readonly format: Format | null;
  /** One sentence for people on why nobody claims it; '' when somebody does. */
  readonly hint: string;
}

export function chooseFormat(formats: readonly Format[], request: FormatRequest): FormatChoice {
  const { head, fileName, forced } = request;
  // Holds passwords: not even a forced format may make its lines into quarantine.
  if (isUserList(head, fileName)) return nobody('This is a list of users, it holds no punches.');
  if (forced !== null) {
    const format = forcedFormat(formats, { head, fileName, forced });
    // Bytes forced upon a text format would only fill the quarantine.
    if (format?.resumable && head.binary) return nobody(`This is no text, so it can't be ${forced}.`);
    return format === null ? nobody(`There is no format ${forced}.`) : { format, hint: '' };
  }
  const format = formats.find((candidate) => candidate.claims(head, fileName));
  return format === undefined ? nobody(hintFor(request)) : { format, hint: '' };
}

/**
 * Reads one refused line again, after hip or its settings have changed, with what its file had settled (`note` of
 * the chunk that refused it). Null when that kind of source can only be read as a whole file.
 */
export async function rereadRow(
  format: Format,
  refused: { readonly fileName: string; readonly reject: FileReject; readonly note: string },
  context: FormatContext,
): Promise<FileChunk | null> {
  if (!format.resumable) return null;
  const { reject, fileName } = refused;
  const note = { ...parseJson(refused.note), encoding: 'utf-8', after: 'ended' };
  const bytes = new TextEncoder().encode(`${reject.row}\n`);
  const source = {
    fileName,
    head: createHead(bytes, bytes.length),
    sizeBytes: bytes.length,
    still: true,
    resume: { offsetBytes: 0, line: reject.line - 1, note: JSON.stringify(note) },
    open: async function* () {
      yield bytes;
    },
  };
  // What is to be said of the whole file was said when it was read.
  for await (const chunk of format.read(source, context)) return { ...chunk, remarks: [] };
  return null;
}

/** A layout of tables is forced upon text and workbooks alike. */
function forcedFormat(formats: readonly Format[], { head, fileName, forced }: FormatRequest): Format | null {
  const named = formats.find(({ name }) => name === forced) ?? null;
  const isWorkbook = formats.some(({ name, claims }) => name === 'xlsx' && claims(head, fileName));
  if (!head.binary || !isWorkbook) return named;
  return formats.find(({ layout }) => layout === forced) ?? named;
}

function nobody(hint: string): FormatChoice {
  return { format: null, hint };
}

function hintFor({ head, fileName }: FormatRequest): string {
  if (/\.(xls|xlsb|ods)$/i.test(fileName) || isOldOffice(head.bytes)) {
    return 'Of tables only .xlsx workbooks and text can be read: open it in Excel and save it as .xlsx (without a password) or .csv.';
  }
  if (head.binary) return 'No format reads this kind of file.';
  if (head.lines.every((line) => line.trim() === '')) return 'The file is empty.';
  if (mayBeAdmsBody(head)) {
    return 'It can be a saved ADMS upload or a renamed attlog: set sync.format to "adms-body" for the first.';
  }
  return 'No format knows these lines: set sync.format, or sync.csv.columns for a table of your own (by number: both, with sync.format csv).';
}

const OLD_OFFICE = [0xd0, 0xcf, 0x11, 0xe0] as const;

/** What .xls is, and what a password makes of an .xlsx. */
function isOldOffice(bytes: Uint8Array): boolean {
  return OLD_OFFICE.every((byte, at) => bytes[at] === byte);
}

const USER_RECORD_BYTES = [72, 28] as const;

/** `user.dat` of a USB stick, also under another name: whole records of the two known sizes, not text. */
function isUserList(head: FileHead, fileName: string): boolean {
  if (/^user.*\.dat$/i.test(fileName)) return true;
  if (!head.binary || !/\.dat$/i.test(fileName)) return false;
  return head.whole && USER_RECORD_BYTES.some((size) => head.bytes.length % size === 0);
}
