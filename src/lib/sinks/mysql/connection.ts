import { connect, type Socket } from 'node:net';
import type { Connection, ConnectionOptions, QueryOptions } from 'mysql2/promise';
import { isLocalHost, type MysqlSettings } from './settings.js';

/** One row, columns by the order of the SELECT. DATETIME comes as the text that is stored. */
export type Row = readonly unknown[];

/** One logged-in connection whose session is set up so that nothing in a server's own settings bends our rows. */
export interface Session {
  readonly server: ServerFacts;
  /** False once the connection failed; it is then good for nothing. */
  readonly alive: boolean;
  select(sql: string, values?: readonly unknown[]): Promise<readonly Row[]>;
  /** Resolves to the rows that were new or changed: an `ON DUPLICATE KEY UPDATE` that changes nothing counts 0. */
  execute(sql: string, options?: { readonly timeoutMs: number }): Promise<number>;
  /** Says goodbye, waiting for it no longer than a second. */
  close(): Promise<void>;
  /** Cuts the line; what is under way fails. */
  destroy(): void;
}

export interface ServerFacts {
  readonly version: string;
  readonly isMariadb: boolean;
  readonly maxPacketBytes: number;
  /** `user@host` as the server knows us; grants go by it. */
  readonly account: string;
  readonly connectMs: number;
  /** The shortest seen while the session was set up. */
  readonly roundTripMs: number;
}

const GOODBYE_MS = 1_000;
const KEEP_ALIVE_DELAY_MS = 30_000;
const DEFAULT_PACKET_BYTES = 1_048_576;

/**
 * - The text that we send is UTF-8, also where a server ignores what clients ask for in the handshake
 *   (`skip-character-set-client-handshake`).
 * - Strict for all engines: a value that does not fit is an error, never an altered value. Naming the whole mode also
 *   rids us of ANSI_QUOTES and of NO_BACKSLASH_ESCAPES, under which our escaping would be wrong.
 * - A server's `init_connect` may switch autocommit off; rows would then vanish after their "delivered".
 * - `time_zone` is left alone: DATETIME is not converted, and conversions of TIMESTAMP columns (`--fix`) must see the
 *   values that all other programs see.
 */
const SESSION_SETUP = [
  'SET NAMES utf8mb4 COLLATE utf8mb4_bin',
  "SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION', SESSION autocommit = 1",
];

/**
 * @param signal gives up an opening that is under way
 * @throws errors of Node, mysql2 or the server; verdicts.ts tells what they mean
 */
export async function openSession(settings: MysqlSettings, signal?: AbortSignal): Promise<Session> {
  // Lazy: 40 ms that a command without a database need not spend.
  const { default: mysql } = await import('mysql2/promise');
  const startedAt = performance.now();
  const connection = await mysql.createConnection(connectionOptions(settings, signal));
  const connectMs = performance.now() - startedAt;
  // Loss of an idle connection; the next statement on it fails, and that is where it is dealt with.
  connection.on('error', () => undefined);
  try {
    for (const sql of SESSION_SETUP) await connection.query({ sql, timeout: settings.connectTimeoutMs });
    const server = await readServerFacts(connection, settings, connectMs);
    return new MysqlSession(connection, server, settings.queryTimeoutMs);
  } catch (error) {
    connection.destroy();
    throw error;
  }
}

function connectionOptions(settings: MysqlSettings, signal?: AbortSignal): ConnectionOptions {
  const ssl = tlsOptions(settings);
  return {
    host: settings.host,
    port: settings.port,
    user: settings.user,
    password: settings.password,
    database: settings.database,
    charset: 'UTF8MB4_BIN',
    connectTimeout: settings.connectTimeoutMs,
    compress: settings.compression,
    stream: () => openSocket(settings, signal),
    // mysql2 would make Dates of them, in this PC's zone.
    dateStrings: true,
    // By default mysql2 asks to have rows counted that were found but not changed, so duplicates would look inserted.
    flags: ['-FOUND_ROWS'],
    ...(ssl ? { ssl } : {}),
  };
}

/** Undefined is plain text. */
export function tlsOptions(
  settings: Pick<MysqlSettings, 'host' | 'ssl' | 'ca'>,
): { rejectUnauthorized: boolean; verifyIdentity: boolean; minVersion: 'TLSv1.2'; ca?: string } | undefined {
  if (settings.ssl === 'off' || (settings.ssl === 'auto' && isLocalHost(settings.host))) return undefined;
  const verify = settings.ssl !== 'no-verify';
  const ca = settings.ca === null ? {} : { ca: settings.ca };
  return { rejectUnauthorized: verify, verifyIdentity: verify, minVersion: 'TLSv1.2', ...ca };
}

/**
 * For an IP address mysql2 hands TLS no name to compare the certificate with; Node then compares it with what the
 * socket says of itself, or else with "localhost". Should Node stop to ask the socket, the check fails closed.
 */
function openSocket({ host, port }: MysqlSettings, signal?: AbortSignal): Socket {
  const keepAlive = { keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_DELAY_MS };
  const socket = connect({ host, port, noDelay: true, ...keepAlive });
  const giveUp = () => socket.destroy();
  if (signal?.aborted) giveUp();
  signal?.addEventListener('abort', giveUp, { once: true });
  socket.once('close', () => signal?.removeEventListener('abort', giveUp));
  return Object.assign(socket, { _host: host });
}

async function readServerFacts(
  connection: Connection,
  settings: MysqlSettings,
  connectMs: number,
): Promise<ServerFacts> {
  let roundTripMs = Number.POSITIVE_INFINITY;
  const query = async (sql: string): Promise<readonly Row[]> => {
    const askedAt = performance.now();
    const [rows] = await connection.query({ sql, timeout: settings.connectTimeoutMs, rowsAsArray: true });
    roundTripMs = Math.min(roundTripMs, performance.now() - askedAt);
    // A broken proxy may say "done" where rows are due; that is no reason to fail.
    return Array.isArray(rows) ? (rows as Row[]) : [];
  };
  const variables = await query(
    "SHOW SESSION VARIABLES WHERE Variable_name IN ('version', 'max_allowed_packet', 'log_bin', 'binlog_format')",
  );
  const [identity] = await query('SELECT CURRENT_USER()');
  const found = new Map(variables.map(([name, value]) => [String(name), String(value)]));
  // InnoDB refuses writes below REPEATABLE READ where statements go into the binary log as text (error 1665).
  const byStatement = found.get('log_bin') === 'ON' && found.get('binlog_format') === 'STATEMENT';
  // READ COMMITTED takes no gap locks, so that parallel inserts and the readers' queries don't wait for each other.
  if (!byStatement) await query('SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED');
  const version = found.get('version') ?? '';
  return {
    version,
    isMariadb: /mariadb/i.test(version),
    maxPacketBytes: Number(found.get('max_allowed_packet')) || DEFAULT_PACKET_BYTES,
    account: String(identity?.[0] ?? ''),
    connectMs,
    roundTripMs,
  };
}

/** Beyond this the way to the server costs more than its work, and waiting for answers is what takes the time. */
const FAR_MS = 20;

export function isFar({ roundTripMs }: Pick<ServerFacts, 'roundTripMs'>): boolean {
  return roundTripMs > FAR_MS;
}

class MysqlSession implements Session {
  readonly server: ServerFacts;
  readonly #connection: Connection;
  readonly #timeoutMs: number;
  /** Rejects the statement under way: mysql2 forgets it when a connection is destroyed. */
  readonly #underWay = new Set<(error: Error) => void>();
  #alive = true;

  constructor(connection: Connection, server: ServerFacts, timeoutMs: number) {
    this.#connection = connection;
    this.server = server;
    this.#timeoutMs = timeoutMs;
    // Only noted: destroying it now would keep mysql2 from telling the statement under way.
    const lost = () => {
      this.#alive = false;
    };
    connection.on('end', lost).on('error', lost);
  }

  get alive(): boolean {
    return this.#alive;
  }

  async select(sql: string, values: readonly unknown[] = []): Promise<readonly Row[]> {
    const filled = values.length > 0 ? { values: [...values] } : {};
    const result = await this.#query({ sql, ...filled, rowsAsArray: true });
    return Array.isArray(result) ? (result as Row[]) : [];
  }

  async execute(sql: string, options: { readonly timeoutMs?: number } = {}): Promise<number> {
    const result = await this.#query({ sql, timeout: options.timeoutMs ?? this.#timeoutMs });
    return (result as { affectedRows?: number }).affectedRows ?? 0;
  }

  async close(): Promise<void> {
    if (!this.#alive) return;
    this.#alive = false;
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise((resolve) => {
      timer = setTimeout(resolve, GOODBYE_MS);
    });
    // A line that fails while we say goodbye is closed all the same.
    await Promise.race([patience, this.#connection.end().catch(() => undefined)]);
    clearTimeout(timer);
    this.#connection.destroy();
  }

  destroy(): void {
    this.#alive = false;
    this.#connection.destroy();
    for (const reject of this.#underWay) reject(lineLost('the connection was given up'));
  }

  async #query(options: QueryOptions): Promise<unknown> {
    // It may have died while its insert waited for its turn; mysql2 would find words for that by which nobody can tell.
    if (!this.#alive) throw lineLost('the connection was lost');
    try {
      return await new Promise((resolve, reject) => {
        this.#underWay.add(reject);
        this.#connection
          // Null, since without it mysql2 walks through the whole statement to fill in no values.
          .query({ timeout: this.#timeoutMs, values: null, ...options })
          .then(([result]) => resolve(result), reject)
          .finally(() => this.#underWay.delete(reject));
      });
    } catch (error) {
      // After a timeout the late answer would be taken for that of the next statement.
      if (isFatal(error)) this.destroy();
      throw error;
    }
  }
}

function lineLost(message: string): Error {
  return Object.assign(new Error(message), { code: 'PROTOCOL_CONNECTION_LOST' });
}

/** An error of the server (it has an SQL state) leaves the connection usable, unless mysql2 says otherwise. */
function isFatal(error: unknown): boolean {
  const facts = error as { fatal?: boolean; sqlState?: string };
  return facts.fatal === true || facts.sqlState === undefined;
}
