import { backup, DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';
import { DamageFound, isDamage, isWithoutCode, translated } from './failure.js';

export type Value = string | number | null | Uint8Array;

/** A prepared statement; `Row` is what its columns are, which STRICT tables guarantee. */
export interface Statement<Row = never> {
  run(...values: readonly Value[]): { readonly changes: number; readonly lastInsertRowid: number | bigint };
  get(...values: readonly Value[]): Row | undefined;
  all(...values: readonly Value[]): Row[];
}

/**
 * How long a call that must answer at once may stand still, event loop and all, while another process writes.
 * hip's own writers hold the lock for a chunk (tens of milliseconds, on a poor disk a few hundred). Appends never
 * stand still: they try again by timer.
 */
const SYNCHRONOUS_WAIT_MS = 1_000;
/** 16 MiB: holds the newest part of all indexes at five million punches, on a PC that has little memory. */
const CACHE_KIB = 16_384;
/**
 * 16 MiB of log before it is carried over into the file: pages that many commits share (the ends of the indexes) are
 * carried once, and an import waits for the disk a fifth less often than with SQLite's 4 MiB.
 */
const CHECKPOINT_PAGES = 4_096;
/** A log that one long reader has made large is cut back to this at the next reset. */
const WAL_KEEP_BYTES = 67_108_864;

/**
 * One connection to a journal file. Statements are prepared once per text.
 *
 * The file is attached to an empty database in memory, under the name `disk`. The library can't finalize a prepared
 * statement before the garbage collector does, and until then SQLite keeps a closed connection alive: with its locks,
 * and to remove, much later, a write-ahead log that may be another journal's by then. Detaching closes the file at
 * once, whatever is prepared.
 */
export class Database {
  readonly file: string;
  readonly #db: DatabaseSyncInstance;
  readonly #statements = new Map<string, Statement<unknown>>();
  #tellDamage: ((error: unknown) => void) | null = null;
  readonly #begin: Statement;
  readonly #commit: Statement;
  readonly #waitNever: Statement<unknown>;
  readonly #waitShort: Statement<unknown>;

  /** Opens or creates the file; touches no page of it yet. */
  constructor(file: string, { readOnly = false }: { readonly readOnly?: boolean } = {}) {
    this.file = file;
    this.#db = new DatabaseSync(':memory:', { readOnly, timeout: SYNCHRONOUS_WAIT_MS });
    this.#db.exec(`PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; ATTACH '${quoted(file)}' AS disk`);
    this.#begin = this.prepare('BEGIN IMMEDIATE');
    this.#commit = this.prepare('COMMIT');
    this.#waitNever = this.prepare('PRAGMA busy_timeout = 0');
    this.#waitShort = this.prepare(`PRAGMA busy_timeout = ${SYNCHRONOUS_WAIT_MS}`);
  }

  /** Law 1: write-ahead log, and every commit waits for the disk. Per connection, so nobody else sets it for us. */
  makeDurable(): void {
    this.#db.exec(
      `PRAGMA disk.journal_mode = WAL; PRAGMA disk.synchronous = FULL; PRAGMA disk.cache_size = -${CACHE_KIB};
      PRAGMA disk.wal_autocheckpoint = ${CHECKPOINT_PAGES}; PRAGMA disk.journal_size_limit = ${WAL_KEEP_BYTES}`,
    );
  }

  prepare<Row = never>(sql: string): Statement<Row> {
    const known = this.#statements.get(sql);
    if (known) return known as Statement<Row>;
    const statement: Statement<Row> = this.#db.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }

  /** The same with rows as arrays in the order of their columns: half the price where there are many. */
  prepareArrays<Row extends readonly Value[]>(sql: string): Statement<Row> {
    const statement = this.#db.prepare(sql);
    statement.setReturnArrays(true);
    this.#statements.set(`${sql} as arrays`, statement);
    return statement;
  }

  /** Who is told, once, that damage was met. */
  onDamage(tell: (error: unknown) => void): void {
    this.#tellDamage = tell;
  }

  /** Reads outside of a transaction: fail in the words of the contract too. */
  read<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw translated(this.#identified(error));
    }
  }

  /** For one-off statements: several at once, nothing kept. */
  exec(sql: string): void {
    this.#db.exec(sql);
  }

  /** The value of a pragma of the file. */
  pragma(name: string): Value | undefined {
    const row = this.#db.prepare(`PRAGMA disk.${name}`).get() as Readonly<Record<string, Value>> | undefined;
    return row && Object.values(row)[0];
  }

  /**
   * One transaction, waiting a short time for other writers.
   * @throws {JournalUnavailable} when it could not be committed; nothing is changed then
   */
  write<T>(work: () => T): T {
    try {
      return this.#transact(work);
    } catch (error) {
      throw translated(error);
    }
  }

  /** One transaction if no other process is writing right now; throws what SQLite throws. */
  writeAtOnce<T>(work: () => T): T {
    this.#waitNever.get();
    try {
      return this.#transact(work);
    } finally {
      this.#waitShort.get();
    }
  }

  /**
   * For removing rows that nothing refers to, as the caller has to know: SQLite would read the whole table of punches
   * for each of them to find that out. Outside of transactions only, for inside the setting can't be changed.
   */
  withoutReferences<T>(work: () => T): T {
    this.#db.exec('PRAGMA foreign_keys = OFF');
    try {
      return work();
    } finally {
      this.#db.exec('PRAGMA foreign_keys = ON');
    }
  }

  /** A copy of the file as it is at this moment, on another thread. */
  async copyTo(file: string, pagesPerStep: number): Promise<void> {
    // The open transaction holds the moment fast: without it every commit of another process would start it anew.
    this.#db.exec('BEGIN; SELECT count(*) FROM disk.sqlite_schema');
    try {
      await backup(this.#db, file, { source: 'disk', rate: pagesPerStep });
    } finally {
      this.#db.exec('COMMIT');
    }
  }

  close(): void {
    if (!this.#db.isOpen) return;
    this.#statements.clear();
    if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
    try {
      this.#db.exec('DETACH disk');
    } finally {
      this.#db.close();
    }
  }

  /** What went wrong, with its result code; tells of damage. */
  #identified(thrown: unknown): unknown {
    const error = isWithoutCode(thrown) ? this.#examined(thrown) : thrown;
    if (!isDamage(error)) return error;
    const tell = this.#tellDamage;
    this.#tellDamage = null;
    tell?.(error);
    return error;
  }

  /** In full, for an index that no longer agrees with its table passes the quick check. */
  #examined(thrown: unknown): unknown {
    try {
      const finding = this.pragma('integrity_check(1)');
      return finding === 'ok' ? thrown : new DamageFound(String(finding), { cause: thrown });
    } catch (error) {
      return error;
    }
  }

  #transact<T>(work: () => T): T {
    try {
      this.#begin.run();
      const result = work();
      this.#commit.run();
      return result;
    } catch (thrown) {
      const error = this.#identified(thrown);
      // A full disk or an I/O error may have rolled back already.
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      throw error;
    }
  }
}

function quoted(text: string): string {
  return text.replaceAll("'", "''");
}
