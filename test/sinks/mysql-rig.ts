import { afterAll } from 'vitest';
import { silentLog } from '../../src/lib/log.js';
import { createMysqlSink, type MysqlSettings } from '../../src/lib/sinks/mysql.js';
import type { Sink, SinkPunch } from '../../src/lib/sinks/sink.js';
import type { TestDatabase } from '../support/database.js';

/** Settings for the schema of a test file; what a test cares about goes into `changes`. */
export function settingsFor(
  database: Pick<TestDatabase, 'host' | 'port' | 'user' | 'password' | 'database'>,
  changes: Partial<MysqlSettings> = {},
): MysqlSettings {
  const { host, port, user, password } = database;
  return {
    host,
    port,
    user,
    password,
    database: database.database,
    layout: 'device_logs',
    table: null,
    columns: {},
    ssl: 'auto',
    ca: null,
    compression: false,
    connectTimeoutMs: 10_000,
    queryTimeoutMs: 30_000,
    connections: 4,
    createTable: true,
    defaults: { status: 0, verify: 1 },
    ...changes,
  };
}

/** Makes sinks that are closed after the test file. */
export function withSinks(database: TestDatabase): (changes?: Partial<MysqlSettings>) => Sink {
  const sinks: Sink[] = [];
  afterAll(async () => {
    for (const sink of sinks) await sink.close();
  });
  return (changes) => {
    const sink = createMysqlSink(settingsFor(database, changes), silentLog);
    sinks.push(sink);
    return sink;
  };
}

/** A punch of user 1 at the second that its key gives. */
export function punch(key: number, changes: Partial<SinkPunch> = {}): SinkPunch {
  const time = new Date(Date.UTC(2026, 0, 5) + key * 1000).toISOString().slice(0, 19).replace('T', ' ');
  return { key, deviceName: 'SIM1', userId: '1', time, status: 0, verify: 1, raw: `raw ${key}`, ...changes };
}

export function punches(count: number, firstKey = 1): SinkPunch[] {
  return Array.from({ length: count }, (_, i) => punch(firstKey + i));
}
