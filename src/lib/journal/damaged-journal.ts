import { codeOf } from '../errors.js';
import { borrowHead, removeCopy } from './borrowed-head.js';
import { Database, type Value } from './database.js';
import { isDamage, sqliteCodeOf } from './failure.js';
import { hasItsSchema } from './schema.js';

export type Row = Readonly<Record<string, Value>>;

/** Rows per read while all is well. */
const BATCH = 1_000;
/** Rows have smaller numbers: five million punches a year for two centuries. */
const FARTHEST = 2 ** 30;
/** SQLITE_ERROR: here, that the list of tables does not hold what it should. */
const NO_SUCH_TABLE = 1;

/**
 * Reads what can still be read of a damaged journal, and writes nothing to it. Where pages are damaged, it goes on
 * behind them: rows lie in the order of their numbers, so the first readable number is searched for.
 */
export class DamagedJournal {
  /** Null when nothing at all can be read. */
  readonly #db: Database | null;
  readonly #copy: string | null;

  constructor(file: string) {
    const asIs = openReadable(file, hasItsSchema);
    this.#copy = asIs ? null : borrowHead(file);
    this.#db = asIs ?? (this.#copy === null ? null : openReadable(this.#copy, () => true));
  }

  /** Empty when the table is not there or can't be found. */
  columnsOf(table: string): string[] {
    const rows = this.#attempt<{ readonly name: string }>(
      `SELECT name FROM pragma_table_info('${table}', 'disk')`,
      [],
    );
    return rows?.map(({ name }) => name) ?? [];
  }

  /** All readable rows of a table, in the order of their numbers. */
  *rows(table: string, columns: readonly string[]): Generator<Row[]> {
    const sql = `SELECT rowid AS row_number, ${columns.join(', ')} FROM ${table}
      WHERE rowid > ? AND rowid < ${Number.MAX_SAFE_INTEGER} ORDER BY rowid LIMIT ?`;
    let after = 0;
    let batch = BATCH;
    for (;;) {
      const rows = this.#rowsBehind(sql, after, batch);
      if (rows && rows.length > 0) {
        yield rows;
        after = Number(rows.at(-1)!.row_number);
        batch = BATCH;
      } else if (rows) {
        return;
      } else if (batch > 1) {
        batch = Math.ceil(batch / 8);
      } else {
        const next = this.#nextReadable(sql, after);
        if (next === null) return;
        after = next;
      }
    }
  }

  /** Rows of an index that has all the columns asked for; reads no page of the table. */
  indexRows(sql: string): Row[] {
    return this.#attempt<Row>(sql, []) ?? [];
  }

  close(): void {
    this.#db?.close();
    if (this.#copy !== null) removeCopy(this.#copy);
  }

  /** The first number above `after` behind which reading works again; null when there is none. */
  #nextReadable(sql: string, after: number): number | null {
    const works = (from: number): boolean => this.#rowsBehind(sql, from, 1) !== null;
    let step = 1;
    while (!works(after + step)) {
      if (step > FARTHEST) return null;
      step *= 2;
    }
    let bad = after + Math.floor(step / 2);
    let good = after + step;
    while (good - bad > 1) {
      const middle = Math.floor((bad + good) / 2);
      if (works(middle)) good = middle;
      else bad = middle;
    }
    return good;
  }

  /** Null also when the numbers don't rise: then they are what a damaged page makes of them. */
  #rowsBehind(sql: string, after: number, batch: number): Row[] | null {
    const rows = this.#attempt<Row>(sql, [after, batch]);
    let last = after;
    for (const { row_number } of rows ?? []) {
      if (Number(row_number) <= last) return null;
      last = Number(row_number);
    }
    return rows;
  }

  /** Null when a damaged page, or one that the disk can't read, stood in the way. */
  #attempt<T>(sql: string, values: readonly Value[]): T[] | null {
    try {
      return this.#db?.prepare<T>(sql).all(...values) ?? [];
    } catch (error) {
      if (codeOf(error) === 'ERR_SQLITE_ERROR') return null;
      throw error;
    }
  }
}

/** Null when not even the list of tables can be read. */
function openReadable(file: string, isRight: (db: Database) => boolean): Database | null {
  let db: Database | null = null;
  try {
    db = new Database(file, { readOnly: true });
    db.prepare('SELECT key, time, user_key, device FROM punch LIMIT 0').get();
    if (isRight(db)) return db;
    db.close();
    return null;
  } catch (error) {
    db?.close();
    if (isDamage(error) || sqliteCodeOf(error) === NO_SUCH_TABLE) return null;
    throw error;
  }
}
