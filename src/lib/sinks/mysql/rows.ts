import { type SinkPunch, SinkUnavailable } from '../sink.js';
import type { Row } from './connection.js';
import type { TableFacts } from './facts.js';
import { canHold, createFit, type Fit } from './fit.js';
import { identityColumns, isPadded } from './judge-columns.js';
import { renderStatus } from './layouts.js';
import { type MysqlSettings, quote, quoteTable, type TableMap } from './settings.js';

/** From punches to SQL text for one table as it is now. */
export interface RowRenderer {
  /** Inserts of all these punches, none longer than so many bytes; a single row may be. */
  statements(punches: readonly SinkPunch[], mostBytes: number): Iterable<Statement>;
  insertSql(punches: readonly SinkPunch[]): string;
  /** Finds which of the punches stand in the table; null when none of them can. */
  lookupSql(punches: readonly SinkPunch[]): string | null;
}

/** An insert. */
export interface Statement {
  readonly punches: readonly SinkPunch[];
  readonly sql: string;
  readonly bytes: number;
}

export interface RendererParts {
  readonly map: TableMap;
  readonly facts: TableFacts;
  readonly settings: Pick<MysqlSettings, 'defaults'>;
  readonly maxPacketBytes: number;
  /** mysql2's escaping, right for the session that connection.ts sets up. */
  readonly toLiteral: (value: string | number) => string;
}

export function createRowRenderer(parts: RendererParts): RowRenderer {
  const { map, facts } = parts;
  const values = createValues(parts);
  const frame = createFrame(map);
  const identityList = identityColumns(map).map(quote).join(', ');
  return {
    *statements(punches, mostBytes) {
      for (const { from, to, tuples, bytes } of pack(punches, {
        tupleOf: values.tupleOf,
        frame,
        mostBytes,
      })) {
        yield { punches: punches.slice(from, to), sql: frame.head + tuples.join(',') + frame.tail, bytes };
      }
    },
    insertSql: (punches) => frame.head + punches.map(values.tupleOf).join(',') + frame.tail,
    lookupSql(punches) {
      const possible = punches.filter((punch) => canStand(punch, map, facts));
      if (possible.length === 0) return null;
      const identities = possible.map((punch) => `(${values.identityOf(punch)})`).join(',');
      return `SELECT ${identityList} FROM ${quoteTable(map)} WHERE (${identityList}) IN (${identities})`;
    },
  };
}

/** What stands before and behind the rows of an insert. */
interface Frame {
  readonly head: string;
  readonly tail: string;
  readonly bytes: number;
}

function createFrame(map: TableMap): Frame {
  const { status, verify, raw, userId } = map.columns;
  const names = [...identityColumns(map), status, verify, raw].filter((column) => column !== null);
  const head = `INSERT INTO ${quoteTable(map)} (${names.map(quote).join(', ')}) VALUES `;
  // Changes nothing. INSERT IGNORE would also make errors into warnings and store altered values.
  const tail = ` ON DUPLICATE KEY UPDATE ${quote(userId)} = ${quote(userId)}`;
  return { head, tail, bytes: Buffer.byteLength(head) + Buffer.byteLength(tail) };
}

/** A punch as SQL. */
interface Values {
  /** Device, user and time, separated by commas. */
  identityOf(punch: SinkPunch): string;
  /** A row, in the order of the frame's columns. */
  tupleOf(punch: SinkPunch): string;
}

function createValues(parts: RendererParts): Values {
  const { map, settings, toLiteral } = parts;
  const { status, verify, raw } = map.columns;
  const fitRaw = createRawFit(parts);
  // Few devices and codes come again and again.
  const toLiteralOnce = remember(toLiteral);
  const code = (value: number | string | null): string => (value === null ? 'NULL' : toLiteralOnce(value));
  const text = (value: string): string => plainLiteral(value) ?? toLiteral(value);
  const statusOf = (punch: SinkPunch): string => {
    const value = punch.status ?? settings.defaults.status;
    return code(value === null ? null : renderStatus(map.layout, value));
  };
  const identityOf = ({ deviceName, userId, time }: SinkPunch): string =>
    `${toLiteralOnce(deviceName)},${toLiteralOnce(userId)},${text(time)}`;
  const tupleOf = (punch: SinkPunch): string => {
    let values = identityOf(punch);
    if (status !== null) values += `,${statusOf(punch)}`;
    if (verify !== null) values += `,${code(punch.verify ?? settings.defaults.verify)}`;
    if (raw !== null) values += `,${text(fitRaw(punch.raw))}`;
    return `(${values})`;
  };
  return { identityOf, tupleOf };
}

/** Punches `from` to `to`, the latter not included, as the rows of one statement. */
interface Parcel {
  readonly from: number;
  readonly to: number;
  readonly tuples: readonly string[];
  readonly bytes: number;
}

interface Packing {
  readonly tupleOf: (punch: SinkPunch) => string;
  readonly frame: Frame;
  readonly mostBytes: number;
}

/** As many rows per statement as fit; one that alone is too long goes alone. */
function* pack(punches: readonly SinkPunch[], { tupleOf, frame, mostBytes }: Packing): Generator<Parcel> {
  let tuples: string[] = [];
  let bytes = frame.bytes;
  for (const [at, punch] of punches.entries()) {
    const tuple = tupleOf(punch);
    const more = Buffer.byteLength(tuple) + 1;
    if (tuples.length > 0 && bytes + more > mostBytes) {
      yield { from: at - tuples.length, to: at, tuples, bytes };
      tuples = [];
      bytes = frame.bytes;
    }
    tuples.push(tuple);
    bytes += more;
  }
  const to = punches.length;
  if (tuples.length > 0) yield { from: to - tuples.length, to, tuples, bytes };
}

/** Identities as the table shows them, and as it compares them. */
export class Identities {
  readonly #known: Set<string>;
  readonly #padded: readonly boolean[];

  constructor(found: readonly Row[], { map, facts }: { readonly map: TableMap; readonly facts: TableFacts }) {
    this.#padded = [map.columns.deviceSn, map.columns.userId].map((name) =>
      isPadded(facts.columns.get(name.toLowerCase())),
    );
    this.#known = new Set(found.map((row) => this.#keyOf(row)));
  }

  has({ deviceName, userId, time }: SinkPunch): boolean {
    return this.#known.has(this.#keyOf([deviceName, userId, time]));
  }

  #keyOf([device, user, time]: Row): string {
    const ids = [device, user].map((id, i) => (this.#padded[i] ? String(id).replace(/ +$/, '') : String(id)));
    // A DATETIME(3) shows fractions of a second.
    return [...ids, String(time).slice(0, 19)].join('\0');
  }
}

/** Nothing in it that any escaping would touch: what nearly all texts are, found out in one step. */
const PLAIN = /^[\w \t.,:;/()+*=-]*$/;

function plainLiteral(text: string): string | null {
  return PLAIN.test(text) ? `'${text}'` : null;
}

const MOST_REMEMBERED = 10_000;

function remember(toLiteral: RendererParts['toLiteral']): RendererParts['toLiteral'] {
  const literals = new Map<string | number, string>();
  return (value) => {
    let literal = literals.get(value);
    if (literal !== undefined) return literal;
    literal = toLiteral(value);
    if (literals.size < MOST_REMEMBERED) literals.set(value, literal);
    return literal;
  };
}

/** A quarter of a packet: escaping may double the text, and the rest of the row needs room. */
function createRawFit({ map, facts, maxPacketBytes }: RendererParts): Fit {
  const column = map.columns.raw === null ? undefined : facts.columns.get(map.columns.raw.toLowerCase());
  return column ? createFit(column, Math.floor(maxPacketBytes / 4)) : (text) => text;
}

/** An id with letters that the column's character set lacks would make the server convert the column: no index. */
function canStand(punch: SinkPunch, map: TableMap, facts: TableFacts): boolean {
  const { deviceSn, userId } = map.columns;
  return [[deviceSn, punch.deviceName] as const, [userId, punch.userId] as const].every(([name, id]) => {
    const column = facts.columns.get(name.toLowerCase());
    return column === undefined || canHold(column, id);
  });
}

/** Thrown when the rows were taken for others that are not theirs, which no answer of the server would tell. */
export function swallowed(map: TableMap, count: number): SinkUnavailable {
  return new SinkUnavailable({
    code: 'HIP_DB_TABLE_UNSAFE',
    message: `${map.table} took ${count} punches for rows that stand there already, but they do not stand there`,
    remedy: `Look for a unique key or a trigger that merges punches, or ids that are used up: hip test-db`,
    transient: false,
  });
}
