import { messageOf } from '../../errors.js';
import { type Rejection, type SinkPunch, SinkUnavailable } from '../sink.js';
import { isFar, type Session } from './connection.js';
import type { TableFacts } from './facts.js';
import { Identities, type RowRenderer, type Statement, swallowed } from './rows.js';
import type { TableMap } from './settings.js';
import { unavailable, verdictOf } from './verdicts.js';

/**
 * Writing one statement's rows, and finding the bad ones.
 *
 * Replays: InnoDB hands out an id to every row of an `ON DUPLICATE KEY UPDATE`, also to those that stand there
 * already, so a table with 32-bit ids would be used up by resends. So the rows are looked up first, by the unique key
 * in one SELECT, and only the missing ones are inserted; the ON DUPLICATE clause is for another writer in between.
 * A replay is whole or in runs, so of a long statement a sample tells whether the look-up is worth it: a third of the
 * server's work is saved on new rows, at the price of a few ids where old rows hide among many new ones. Far away
 * the question alone takes as long as the insert: it is left out as long as all rows were new the last time. A replay
 * then costs the ids of what was under way when it began, once.
 */

export interface TableWriter {
  readonly map: TableMap;
  readonly facts: TableFacts;
  readonly renderer: RowRenderer;
  readonly recent: { allNew: boolean };
  readonly turns: InsertTurns;
}

/** Longer than a sound server takes for the longest insert: this one waits for a lock, or for an answer that was lost. */
const LONGEST_TURN_MS = 2_000;

/**
 * Near by, one insert at a time: two side by side get into each other's way in the same index, a quarter more of the
 * server's time per row (measured). The next one is rendered and its look-up done while the first is written.
 */
export class InsertTurns {
  #last: Promise<void> = Promise.resolve();

  /** In the order of the calls. What failed before does not matter, and what hangs holds up nobody. */
  take<T>(insert: () => Promise<T>): Promise<T> {
    const before = this.#last;
    let end!: () => void;
    this.#last = new Promise((resolve) => {
      end = resolve;
    });
    return before.then(async () => {
      const timer = setTimeout(end, LONGEST_TURN_MS);
      try {
        return await insert();
      } finally {
        clearTimeout(timer);
        end();
      }
    });
  }
}

export type Written =
  | { readonly refused: null; readonly inserted: number }
  /** The values of some row: nothing of the statement is in the table (or, without transactions, maybe some). */
  | { readonly refused: { readonly code: string; readonly message: string } };

const LOOKUP_ALWAYS_UP_TO = 256;
const SAMPLE = 64;
const MOST_COLLISIONS = 5;
/** A table that refuses so many rows and takes no new one is at fault itself. */
export const MOST_REFUSED_WITHOUT_NEW = 10;

/** @throws {SinkUnavailable} for everything but data errors */
export async function writeStatement(
  session: Session,
  writer: TableWriter,
  { punches: rows, sql }: Pick<Statement, 'punches' | 'sql'>,
): Promise<Written> {
  try {
    const missing = await findMissing(session, writer, rows);
    const isWhole = missing.length === rows.length;
    // Left as it is otherwise: what starts while this insert is under way would ask for nothing.
    if (!isWhole) writer.recent.allNew = false;
    if (missing.length === 0) return { refused: null, inserted: 0 };
    const text = isWhole ? sql : writer.renderer.insertSql(missing);
    const send = (): Promise<number> => insert(session, text);
    const inserted = await (isFar(session.server) ? send() : writer.turns.take(send));
    writer.recent.allNew = inserted === rows.length;
    if (inserted < missing.length) await confirm(session, writer, missing);
    return { refused: null, inserted };
  } catch (error) {
    writer.recent.allNew = false;
    const verdict = verdictOf(error);
    if (verdict.kind === 'data') return { refused: { code: verdict.code, message: messageOf(error) } };
    if (verdict.kind === 'too-large' && rows.length > 1) return writeHalves(session, writer, rows);
    throw lineBroke(error, session) ? error : unavailable(error);
  }
}

export interface Isolated {
  readonly inserted: number;
  readonly rejected: readonly Rejection[];
}

export interface RefusedRows {
  /** Of statements that were refused. */
  readonly rows: readonly SinkPunch[];
  /** Rows that were taken: others of the batch, or the last one of an earlier batch. */
  readonly neighbours: readonly SinkPunch[];
  /** How many may be rejected when none of `rows` goes in new. */
  readonly mostRejected: number;
}

/**
 * Bisects rows of which some are bad. Bad rows are rejected only when a neighbour is taken by the same table when it
 * is offered after them: a table that had room for a few more rows (ids used up) is no proof against the others.
 * @throws {SinkUnavailable} when it is the table that refuses
 */
export async function isolate(
  session: Session,
  writer: TableWriter,
  { rows, neighbours, mostRejected }: RefusedRows,
): Promise<Isolated> {
  const rejected: Rejection[] = [];
  let inserted = 0;
  let witness = neighbours[0];
  const offer = async (part: readonly SinkPunch[]): Promise<Written> => {
    const written = await writeRows(session, writer, part);
    if (written.refused === null) {
      inserted += written.inserted;
      witness ??= part[0];
    }
    return written;
  };
  /** Many bad rows in front must not keep the good ones behind them from being found. */
  const requireNew = async (): Promise<void> => {
    const step = Math.max(1, rows.length / SAMPLE);
    for (let at = rows.length - 1; at >= 0 && inserted === 0; at -= step)
      await offer([rows[Math.floor(at)]!]);
    if (inserted === 0) throw refusesAll(writer, rejected);
  };
  const visit = async (part: readonly SinkPunch[]): Promise<void> => {
    const { refused } = await offer(part);
    const [first] = part;
    if (refused === null || !first) return;
    if (part.length === 1) {
      rejected.push({ key: first.key, ...refused });
      if (inserted === 0 && rejected.length > mostRejected) await requireNew();
      return;
    }
    const middle = Math.ceil(part.length / 2);
    await visit(part.slice(0, middle));
    await visit(part.slice(middle));
  };
  await visit(rows);
  const isTableSound = rejected.length === 0 || (witness && (await takesAgain(session, writer, witness)));
  if (!isTableSound) throw refusesAll(writer, rejected);
  return { inserted, rejected };
}

function writeRows(session: Session, writer: TableWriter, punches: readonly SinkPunch[]): Promise<Written> {
  return writeStatement(session, writer, { punches, sql: writer.renderer.insertSql(punches) });
}

async function findMissing(
  session: Session,
  writer: TableWriter,
  rows: readonly SinkPunch[],
): Promise<readonly SinkPunch[]> {
  if (rows.length > LOOKUP_ALWAYS_UP_TO) {
    if (writer.recent.allNew && isFar(session.server)) return rows;
    const step = rows.length / SAMPLE;
    const sample = Array.from({ length: SAMPLE }, (_, i) => rows[Math.floor(i * step)]!);
    if ((await notThere(session, writer, sample)).length === sample.length) return rows;
  }
  return notThere(session, writer, rows);
}

async function notThere(
  session: Session,
  writer: TableWriter,
  rows: readonly SinkPunch[],
): Promise<readonly SinkPunch[]> {
  const sql = writer.renderer.lookupSql(rows);
  if (sql === null) return rows;
  const there = new Identities(await session.select(sql), writer);
  return rows.filter((row) => !there.has(row));
}

async function insert(session: Session, sql: string): Promise<number> {
  for (let collisions = 0; ; collisions += 1) {
    try {
      return await session.execute(sql);
    } catch (error) {
      if (verdictOf(error).kind !== 'collision' || collisions >= MOST_COLLISIONS) throw error;
    }
  }
}

/** Rows that were not new must stand there; a key that merges punches would have swallowed them silently. */
async function confirm(session: Session, writer: TableWriter, rows: readonly SinkPunch[]): Promise<void> {
  const absent = await notThere(session, writer, rows);
  if (absent.length > 0) throw swallowed(writer.map, absent.length);
}

async function writeHalves(
  session: Session,
  writer: TableWriter,
  rows: readonly SinkPunch[],
): Promise<Written> {
  const middle = Math.ceil(rows.length / 2);
  const first = await writeRows(session, writer, rows.slice(0, middle));
  if (first.refused !== null) return first;
  const second = await writeRows(session, writer, rows.slice(middle));
  if (second.refused !== null) return second;
  return { refused: null, inserted: first.inserted + second.inserted };
}

/** A witness must stand there still: what somebody deleted meanwhile is not to come back by being asked after. */
async function takesAgain(session: Session, writer: TableWriter, row: SinkPunch): Promise<boolean> {
  if ((await notThere(session, writer, [row])).length > 0) return false;
  try {
    await session.execute(writer.renderer.insertSql([row]));
    return true;
  } catch (error) {
    if (verdictOf(error).kind === 'data') return false;
    throw error;
  }
}

/** Left as it is for the pool, which tries a fresh connection where an idle one had died. */
function lineBroke(error: unknown, session: Session): boolean {
  return !session.alive && !(error instanceof SinkUnavailable);
}

function refusesAll({ map }: TableWriter, rejected: readonly Rejection[]): SinkUnavailable {
  const [first] = rejected;
  return new SinkUnavailable({
    code: 'HIP_DB_TABLE_UNSAFE',
    message: `${map.table} takes none of the punches, so it is the table that is at fault: ${first?.message ?? ''}`,
    remedy: 'Compare the table with what hip writes: hip test-db',
    transient: false,
  });
}
