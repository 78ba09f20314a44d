import type MDBReader from 'mdb-reader';
import type { Table, Value } from 'mdb-reader';
import { collectBytes } from './bytes.js';
import { ChunkBuilder, type Handled } from './chunk.js';
import { statusOf, verifyOf } from './codes.js';
import { type Moment, momentOfUtc, parseMoment } from './dates.js';
import { deviceInColumn, deviceOf } from './device.js';
import {
  type FileChunk,
  type FileSource,
  FileUnreadable,
  type Format,
  type FormatContext,
  type RejectReason,
} from './format.js';
import { pageBytesOf, TABLE_PAGE, tableChainsEnd } from './mdb-pages.js';

/**
 * The Access databases of HIP Premium Time (`Pm2014.mdb`: the badge number stands in the punch table) and ZKTime
 * (`att2000.mdb`: joined from USERINFO). The password of a Jet 4 database is a flag in its header and is not needed;
 * only newer files are really encrypted with one (hip-files.md e).
 *
 * Read whole each time from a copy: row numbers and page order are no cursor, and law 2 makes known rows free.
 */
export const accessMdb: Format = {
  name: 'access-mdb',
  resumable: false,
  claims: (head, fileName) => isJet(head.bytes) || /\.(mdb|accdb)$/i.test(fileName),
  read: readDatabase,
};

const PUNCH_TABLE = 'checkinout';
const USER_TABLE = 'userinfo';
/** mdb-reader walks the table's pages from the first on for each call: few calls, and rows enough for them. */
const WINDOW_ROWS = 20_000;
/** More than this is a damaged file, not a damaged row. */
const MAX_BROKEN_ROWS = 20;
const MAX_BYTES = 1_073_741_824;
/** Behind four bytes of version: "Standard Jet DB" or "Standard ACE DB". */
const SIGNATURE = /^Standard (Jet|ACE) DB/;
const FIRST_TABLE_PAGE = 2;

async function* readDatabase(source: FileSource, context: FormatContext): AsyncGenerator<FileChunk> {
  if (!isJet(source.head.bytes)) {
    throw new FileUnreadable('not-a-database', 'This is no Access database.');
  }
  const database = await openDatabase(await collectBytes(source, MAX_BYTES), context.accessPassword);
  const punches = tableNamed(database, PUNCH_TABLE);
  if (punches === null) {
    throw new FileUnreadable('no-punch-table', 'The database has no table CHECKINOUT.');
  }
  const rows = createRows(punches, readUsers(database, punches), context);
  const out = new ChunkBuilder(context.wallNow);
  let line = 0;
  for (const window of windowsOf(punches, rows.columns)) {
    for (const row of window) {
      line += 1;
      rows.read(line, row, out);
      if (out.isFull) yield out.take({ checkpoint: checkpoint(0, line), last: false });
    }
  }
  yield out.take({ checkpoint: checkpoint(source.sizeBytes, line), last: true });
}

type AccessRow = Readonly<Record<string, Value>>;

/** Null for a row that mdb-reader can't make sense of: it must not take its neighbours with it. */
function* windowsOf(table: Table, columns: string[]): Generator<readonly (AccessRow | null)[]> {
  let broken = 0;
  walkPages(table);
  // Not by the table's own count: it leaves out the places that moved rows have left.
  for (let rowOffset = 0; ; rowOffset += WINDOW_ROWS) {
    const rows = readRows(rowOffset, WINDOW_ROWS);
    yield rows;
    if (rows.length < WINDOW_ROWS) return;
  }

  function readRows(rowOffset: number, rowLimit: number): (AccessRow | null)[] {
    try {
      return table.getData({ columns, rowOffset, rowLimit });
    } catch (error) {
      // It throws plain errors for a window: halve until the row that makes it throw stands alone.
      if (rowLimit > 1) {
        const half = Math.ceil(rowLimit / 2);
        return [...readRows(rowOffset, half), ...readRows(rowOffset + half, rowLimit - half)];
      }
      broken += 1;
      if (broken > MAX_BROKEN_ROWS) throw damaged(error);
      return [null];
    }
  }
}

/** A torn copy lacks pages: better found before a row is given out than in the middle. */
function walkPages(table: Table): void {
  orDamaged(() => table.getData({ columns: [], rowOffset: Number.MAX_SAFE_INTEGER }));
}

/** What describes a table is read when it is asked for, and what mdb-reader can't read makes it throw. */
function orDamaged<T>(ask: () => T): T {
  try {
    return ask();
  } catch (error) {
    throw damaged(error);
  }
}

function unfit(why: string): FileUnreadable {
  return new FileUnreadable(
    'no-punch-table',
    `The database can not be read as one of HIP or ZKTime: ${why}.`,
  );
}

function damaged(cause: unknown): FileUnreadable {
  return new FileUnreadable('damaged', 'The database is damaged, or was copied while it was written.', cause);
}

async function openDatabase(bytes: Uint8Array, password: string | null): Promise<MDBReader> {
  const { default: Reader } = await import('mdb-reader');
  if (!tableChainsEnd(bytes)) throw damaged(new Error('a table definition that never ends'));
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let cause: unknown;
  for (const attempt of password === null ? [''] : [password, '']) {
    try {
      return new Reader(buffer, { password: attempt });
    } catch (error) {
      cause = error;
    }
  }
  if (!isEncrypted(bytes)) throw damaged(cause);
  throw new FileUnreadable(
    'wrong-password',
    'The database is encrypted, with another password than sync.accessPassword or in a way that hip can not read: set that, or save it without a password.',
    cause,
  );
}

/**
 * USERID of ZKTime's punches to the number that the person has at the device.
 * @throws {FileUnreadable} where the punches lack what every row needs: better one report than each row refused
 */
function readUsers(database: MDBReader, punches: Table): ReadonlyMap<string, string> {
  const columns = columnNames(punches);
  if (!columns.has('checktime')) throw unfit('CHECKINOUT has no column CHECKTIME');
  const users = new Map<string, string>();
  const table = tableNamed(database, USER_TABLE);
  const names = table === null ? new Map<string, string>() : columnNames(table);
  const key = names.get('userid');
  const badge = names.get('badgenumber');
  if (table === null || key === undefined || badge === undefined) {
    if (columns.has('badgenumber')) return users;
    throw unfit('CHECKINOUT has no Badgenumber, and there is no table USERINFO to take it from');
  }
  for (const window of windowsOf(table, [key, badge])) {
    for (const row of window) if (row !== null) users.set(textOf(row[key]), textOf(row[badge]));
  }
  return users;
}

interface RowsOfTable {
  readonly columns: string[];
  read(line: number, row: AccessRow | null, out: ChunkBuilder): Handled;
}

function createRows(table: Table, users: ReadonlyMap<string, string>, context: FormatContext): RowsOfTable {
  const names = columnNames(table);
  const naming = { machines: context.machines, fallback: context.accessDeviceSn };
  const rules = { order: context.dateOrder ?? ('dmy' as const), wallNow: context.wallNow };
  const hasBadge = names.has('badgenumber');
  return { columns: [...names.values()].filter((name) => WANTED.has(name.toLowerCase())), read };

  function read(line: number, row: AccessRow | null, out: ChunkBuilder): Handled {
    const value = (name: string): Value => row?.[names.get(name) ?? ''] ?? null;
    const text = (name: string): string => textOf(value(name));
    const userKey = text('userid');
    const badge = text('badgenumber') || users.get(userKey);
    const moment = momentOf(value('checktime'), (cell) => parseMoment(cell, rules));
    out.open(line, rawOf(badge ?? `USERID ${userKey}`, moment, text));
    if (row === null) return out.reject('row-unreadable');
    if (badge === undefined && !hasBadge) return out.reject('user-not-found');
    if (typeof moment === 'string') return out.reject(moment);
    const evidence = { machineNumber: text('sensorid'), ...deviceInColumn(text('sn')) };
    return out.punch(badge ?? '', moment, {
      device: deviceOf(evidence, naming),
      status: statusOf(text('checktype')),
      verify: verifyOf(text('verifycode')),
      workCode: text('workcode'),
    });
  }
}

const WANTED: ReadonlySet<string> = new Set([
  'badgenumber',
  'userid',
  'checktime',
  'checktype',
  'verifycode',
  'sensorid',
  'workcode',
  'sn',
]);

function momentOf(value: Value, parse: (cell: string) => Moment | RejectReason): Moment | RejectReason {
  if (value instanceof Date) return momentOfUtc(value);
  const text = textOf(value);
  return text === '' ? 'date-missing' : parse(text);
}

/** The form in which the previous system wrote such rows into `raw_data`. */
function rawOf(badge: string, moment: Moment | RejectReason, text: (name: string) => string): string {
  const time = typeof moment === 'string' ? '' : moment.wall.time;
  const [type, verify] = [text('checktype'), text('verifycode')];
  const [sensor, workCode, sn] = [text('sensorid'), text('workcode'), text('sn')];
  return `Badge:${badge}|CheckTime:${time}|Type:${type}|Verify:${verify}|Sensor:${sensor}|WorkCode:${workCode}|SN:${sn}`;
}

function tableNamed(database: MDBReader, name: string): Table | null {
  const found = database.getTableNames().find((candidate) => candidate.toLowerCase() === name);
  return found === undefined ? null : orDamaged(() => database.getTable(found));
}

/** Lower-case name to the name as the table spells it. */
function columnNames(table: Table): ReadonlyMap<string, string> {
  return new Map(orDamaged(() => table.getColumnNames()).map((name) => [name.toLowerCase(), name]));
}

function textOf(value: Value | undefined): string {
  return value === null || value === undefined ? '' : String(value).trim();
}

function isJet(bytes: Uint8Array): boolean {
  return SIGNATURE.test(String.fromCharCode(...bytes.subarray(4, 20)));
}

function isEncrypted(bytes: Uint8Array): boolean {
  const pageBytes = pageBytesOf(bytes);
  const at = FIRST_TABLE_PAGE * pageBytes;
  return bytes.length > at && bytes[at] !== TABLE_PAGE;
}

function checkpoint(offsetBytes: number, line: number): { offsetBytes: number; line: number; note: string } {
  return { offsetBytes, line, note: JSON.stringify({ version: 1, format: 'access-mdb' }) };
}
