import type { Log } from '../log.js';
import type { Session } from './mysql/connection.js';
import { faultsOf, type Inspection, inspectTable } from './mysql/inspect.js';
import { SessionPool } from './mysql/pool.js';
import { createRowRenderer, type Statement } from './mysql/rows.js';
import { createTableMap, type MysqlSettings, type TableMap, targetOf } from './mysql/settings.js';
import { isTimeout, unavailable } from './mysql/verdicts.js';
import {
  InsertTurns,
  type Isolated,
  isolate,
  MOST_REFUSED_WITHOUT_NEW,
  type RefusedRows,
  type TableWriter,
  type Written,
  writeStatement,
} from './mysql/write.js';
import { type Sink, type SinkProbe, type SinkPunch, SinkUnavailable, type WriteResult } from './sink.js';

export type { LayoutName } from './mysql/layouts.js';
export type { MysqlSettings } from './mysql/settings.js';

/**
 * The sink for MySQL 8 and MariaDB 10.6 and newer.
 *
 * States of what is known of the table: unknown -> known (looked at, no faults) -> unknown again (a fault, or five
 * minutes later: somebody may have altered it). Rows are written only while it is known.
 * @throws {HipError} HIP_CONFIG_INVALID when the names of table and columns can't be
 */
export function createMysqlSink(settings: MysqlSettings, log: Log): Sink {
  return new MysqlSink(settings, log);
}

/** Half a minute on a line of 64 kbit/s, well under the default timeout of a statement. */
const STATEMENT_BYTES = 262_144;
const LEAST_STATEMENT_BYTES = 16_384;
/** Where statements take no time: so many rows that neither round trips nor commits count. */
const MOST_STATEMENT_BYTES = 1_048_576;
/** A statement that is done so soon may be twice as long the next time. */
const SWIFT_MS = 1_000;
/** Of a packet, beside the statement. */
const PACKET_MARGIN_BYTES = 1_024;
const FACTS_AGE_MS = 300_000;

interface KnownTable {
  readonly writer: TableWriter;
  readonly maxPacketBytes: number;
  readonly readAtMs: number;
}

class MysqlSink implements Sink {
  readonly target: string;
  readonly #settings: MysqlSettings;
  readonly #map: TableMap;
  readonly #pool: SessionPool;
  readonly #turns = new InsertTurns();
  #known: Promise<KnownTable> | null = null;
  /** Known to stand in the table: the neighbour of a bad row that comes alone (decision 016). */
  #lastTaken: SinkPunch | null = null;
  /** Rows refused since the last new one went in. After a few the table may have been altered: none is rejected. */
  #refusedSince = 0;
  /** Smaller after a timeout, so that a bad line gets on; grows with what is done soon. */
  #statementBytes = STATEMENT_BYTES;

  constructor(settings: MysqlSettings, log: Log) {
    this.target = targetOf(settings);
    this.#settings = settings;
    this.#map = createTableMap(settings);
    this.#pool = new SessionPool(settings, log);
  }

  get parallelWrites(): number {
    return this.#pool.most;
  }

  async probe(): Promise<SinkProbe> {
    const create = this.#settings.createTable ? 'unless-others' : 'never';
    try {
      return await this.#pool.use(async (session) => {
        const inspection = await this.#inspect(session, create);
        const { notes, created } = inspection;
        const faults = faultsOf(inspection);
        this.#known = faults.length === 0 ? this.#know(session, inspection) : null;
        return { reachable: true, faults, created, notes };
      });
    } catch (error) {
      return { reachable: false, faults: [unavailable(error).fault], created: false, notes: [] };
    }
  }

  async write(batch: readonly SinkPunch[]): Promise<WriteResult> {
    if (batch.length === 0) return { accepted: [], inserted: 0, rejected: [] };
    try {
      return await this.#write(batch);
    } catch (error) {
      this.#known = null;
      if (isTimeout(error)) {
        this.#statementBytes = Math.max(
          Math.min(this.#statementBytes, STATEMENT_BYTES) / 2,
          LEAST_STATEMENT_BYTES,
        );
      }
      throw unavailable(error);
    }
  }

  close(): Promise<void> {
    return this.#pool.close();
  }

  async #write(batch: readonly SinkPunch[]): Promise<WriteResult> {
    const known = await this.#table();
    const statements = this.#statementsOf(known, batch);
    const results = await Promise.allSettled(
      statements.map((each) =>
        this.#pool.use((session) => this.#writeStatement(session, known.writer, each)),
      ),
    );
    const written = results.map((result): Written => {
      if (result.status === 'rejected') throw result.reason;
      return result.value;
    });
    const refused = statements.flatMap(({ punches }, i) => (written[i]?.refused !== null ? punches : []));
    const inserted = written.reduce((sum, each) => sum + (each.refused === null ? each.inserted : 0), 0);
    const neighbours = statements.flatMap(({ punches }, i) => (written[i]?.refused === null ? punches : []));
    const mostRejected = inserted > 0 ? Infinity : MOST_REFUSED_WITHOUT_NEW - this.#refusedSince;
    const isolated = await this.#isolate(refused, { neighbours, mostRejected });
    const bad = new Set(isolated.rejected.map(({ key }) => key));
    const accepted = batch.filter(({ key }) => !bad.has(key));
    this.#lastTaken = accepted.at(-1) ?? this.#lastTaken;
    this.#refusedSince = inserted + isolated.inserted > 0 ? 0 : this.#refusedSince + bad.size;
    return {
      accepted: accepted.map(({ key }) => key),
      inserted: inserted + isolated.inserted,
      rejected: isolated.rejected,
    };
  }

  async #writeStatement(session: Session, writer: TableWriter, statement: Statement): Promise<Written> {
    const atMost = this.#statementBytes;
    const startMs = performance.now();
    const written = await writeStatement(session, writer, statement);
    const isSwift = performance.now() - startMs < SWIFT_MS;
    // Others under way at the same time were as long, and say the same.
    if (isSwift && statement.bytes > atMost / 2 && atMost === this.#statementBytes) {
      this.#statementBytes = Math.min(atMost * 2, MOST_STATEMENT_BYTES);
    }
    return written;
  }

  /** Looks at the table again first: a row is not bad because somebody altered the table meanwhile. */
  async #isolate(
    rows: readonly SinkPunch[],
    { neighbours, mostRejected }: Pick<RefusedRows, 'neighbours' | 'mostRejected'>,
  ): Promise<Isolated> {
    if (rows.length === 0) return { inserted: 0, rejected: [] };
    this.#known = null;
    const { writer } = await this.#table();
    const earlier = this.#lastTaken && neighbours.length === 0 ? [this.#lastTaken] : neighbours;
    return this.#pool.use((session) => isolate(session, writer, { rows, neighbours: earlier, mostRejected }));
  }

  #statementsOf({ writer, maxPacketBytes }: KnownTable, batch: readonly SinkPunch[]): readonly Statement[] {
    const mostBytes = Math.min(this.#statementBytes, maxPacketBytes - PACKET_MARGIN_BYTES);
    return [...writer.renderer.statements(batch, mostBytes)];
  }

  /** @throws {SinkUnavailable} when the table has faults */
  async #table(): Promise<KnownTable> {
    const known = await this.#known;
    if (known && performance.now() - known.readAtMs < FACTS_AGE_MS) return known;
    this.#known = this.#pool.use(async (session) => {
      const inspection = await this.#inspect(session, 'never');
      const [fault] = faultsOf(inspection);
      if (fault) throw new SinkUnavailable(fault);
      return this.#know(session, inspection);
    });
    return this.#known;
  }

  #inspect(session: Session, create: 'never' | 'unless-others'): Promise<Inspection> {
    return inspectTable(session, { map: this.#map, settings: this.#settings, create });
  }

  async #know(session: Session, { facts }: Inspection): Promise<KnownTable> {
    if (!facts) throw new TypeError('a table without faults has facts');
    const { default: mysql } = await import('mysql2/promise');
    const { maxPacketBytes } = session.server;
    const map = this.#map;
    const renderer = createRowRenderer({
      map,
      facts,
      settings: this.#settings,
      maxPacketBytes,
      toLiteral: mysql.escape,
    });
    const recent = { allNew: false };
    const writer = { map, facts, renderer, recent, turns: this.#turns };
    return { writer, maxPacketBytes, readAtMs: performance.now() };
  }
}
