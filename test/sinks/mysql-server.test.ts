import { createServer, type Server } from 'node:net';
import { type Connection, createConnection } from 'mysql2/promise';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { silentLog } from '../../src/lib/log.js';
import { createMysqlSink, type MysqlSettings } from '../../src/lib/sinks/mysql.js';
import type { Sink } from '../../src/lib/sinks/sink.js';
import { type Mariadb, startMariadb } from '../support/mariadb.js';
import { punch, punches, settingsFor } from './mysql-rig.js';

/** A server of our own, whose settings and life these tests change. */
let server: Mariadb;
let sinks: Sink[] = [];

beforeAll(async () => {
  server = await startMariadb();
  await asRoot('CREATE DATABASE hip');
  await asRoot("CREATE USER hip@'127.0.0.1' IDENTIFIED BY 'secret'");
  await asRoot("GRANT ALL ON hip.* TO hip@'127.0.0.1'");
});

afterEach(async () => {
  for (const sink of sinks) await sink.close();
  sinks = [];
});

afterAll(() => server.close());

async function asRoot(sql: string): Promise<Record<string, unknown>[]> {
  const connection: Connection = await createConnection({ uri: server.url, dateStrings: true });
  try {
    const [rows] = await connection.query(sql);
    return rows as Record<string, unknown>[];
  } finally {
    await connection.end();
  }
}

async function restart(...args: string[]): Promise<void> {
  await server.stop();
  await server.start(args);
  await asRoot('DROP TABLE IF EXISTS hip.device_logs');
}

function createSink(changes: Partial<MysqlSettings> = {}): Sink {
  const place = { host: '127.0.0.1', port: server.port, user: 'hip', password: 'secret', database: 'hip' };
  const sink = createMysqlSink(settingsFor(place, changes), silentLog);
  sinks.push(sink);
  return sink;
}

async function count(): Promise<number> {
  const [row] = await asRoot('SELECT COUNT(*) AS n FROM hip.device_logs');
  return Number(row?.n);
}

describe('a server that is away', () => {
  test('is a fault that waiting may cure, before, between and after writes', async () => {
    await restart();
    const sink = createSink();
    await server.stop();
    expect(await sink.probe()).toMatchObject({
      reachable: false,
      faults: [{ code: 'HIP_DB_CONNECT', transient: true }],
    });
    await server.start();
    expect((await sink.probe()).faults).toEqual([]);
    await sink.write(punches(10));
    await server.kill();
    await expect(sink.write(punches(20))).rejects.toMatchObject({
      fault: { code: 'HIP_DB_CONNECT', transient: true },
    });
    await server.start();
    // No new sink, no new probe: the dead connections are replaced.
    expect(await sink.write(punches(20))).toMatchObject({ inserted: 10, rejected: [] });
    await server.stop();
    await server.start();
    expect(await sink.write(punches(30))).toMatchObject({ inserted: 10, rejected: [] });
    expect(await count()).toBe(30);
  });

  test('that is killed in the middle of a load keeps each batch whole or unknown, never wrong', async () => {
    await restart();
    const sink = createSink();
    await sink.probe();
    const load = punches(20_000);
    const written = sink.write(load).then(
      () => 'done',
      (error: unknown) => error,
    );
    await expect.poll(() => count(), { interval: 5, timeout: 10_000 }).toBeGreaterThan(0);
    await server.kill();
    const outcome = await written;
    if (outcome !== 'done') expect(outcome).toMatchObject({ fault: { transient: true } });
    await server.start();
    expect((await sink.write(load)).accepted.length).toBe(20_000);
    expect(await count()).toBe(20_000);
  });

  test('that is frozen is given up after the timeout', async () => {
    await restart();
    const sink = createSink({ connectTimeoutMs: 300, queryTimeoutMs: 300 });
    await sink.probe();
    server.freeze();
    try {
      await expect(sink.write(punches(1))).rejects.toMatchObject({ fault: { code: 'HIP_DB_CONNECT' } });
      expect((await sink.probe()).faults).toMatchObject([{ code: 'HIP_DB_CONNECT', transient: true }]);
    } finally {
      server.thaw();
    }
    // Three tenths of a second are short for a server that wakes on a busy machine.
    await vi.waitFor(
      async () => expect(await sink.write(punches(1))).toMatchObject({ accepted: [1] }),
      20_000,
    );
  });
});

test('closing gives up what is under way', async () => {
  await restart();
  const sink = createSink();
  await sink.probe();
  server.freeze();
  try {
    const write = sink.write(punches(5));
    const refused = expect(write).rejects.toMatchObject({ fault: { code: 'HIP_DB_CONNECT' } });
    await sink.close();
    await refused;
  } finally {
    server.thaw();
  }
});

describe('settings of a server that would bend rows', () => {
  test.each([
    ["--init-connect=SET autocommit=0, sql_mode=''"],
    ['--sql-mode=NO_BACKSLASH_ESCAPES,ANSI_QUOTES'],
    ['--skip-character-set-client-handshake', '--character-set-server=latin1'],
    ['--log-bin', '--binlog-format=STATEMENT', '--server-id=1'],
    ['--transaction-isolation=SERIALIZABLE', '--default-time-zone=+09:00'],
  ])('%s %s', async (...args) => {
    await restart(...args);
    const sink = createSink();
    expect((await sink.probe()).faults).toEqual([]);
    const raw = 'it\'s \\ "ก" 😀\0';
    expect(await sink.write([punch(1, { raw }), punch(2)])).toMatchObject({ inserted: 2 });
    await sink.close();
    const [row] = await asRoot(
      'SELECT check_time, HEX(raw_data) AS bytes FROM hip.device_logs ORDER BY id LIMIT 1',
    );
    const bytes = Buffer.from(raw).toString('hex').toUpperCase();
    expect(row).toEqual({ check_time: '2026-01-05 00:00:01', bytes });
  });
});

test('statements stay below max_allowed_packet, and a raw text that would not fit is cut', async () => {
  await restart('--max-allowed-packet=4096');
  await createSink().probe();
  await asRoot('ALTER TABLE hip.device_logs MODIFY raw_data LONGTEXT');
  const sink = createSink();
  const batch = [punch(0, { raw: "'".repeat(100_000) }), ...punches(300)];
  expect(await sink.write(batch)).toMatchObject({ inserted: 301, rejected: [] });
  const [row] = await asRoot('SELECT LENGTH(raw_data) AS n FROM hip.device_logs ORDER BY n DESC LIMIT 1');
  expect(row).toEqual({ n: 1024 });
});

test('a read-only server is a fault that a failover may cure', async () => {
  await restart();
  await createSink().probe();
  await asRoot('SET GLOBAL read_only = 1');
  const sink = createSink();
  expect((await sink.probe()).faults).toMatchObject([
    { code: 'HIP_DB_UNAVAILABLE', message: expect.stringContaining('read-only'), transient: true },
  ]);
  await expect(sink.write(punches(1))).rejects.toMatchObject({ fault: { transient: true } });
  await asRoot('SET GLOBAL read_only = 0');
  expect(await sink.write(punches(1))).toMatchObject({ inserted: 1 });
});

test('too many connections, a locked account and a locked table are told apart', async () => {
  await restart();
  await createSink().probe();
  await asRoot("ALTER USER hip@'127.0.0.1' ACCOUNT LOCK");
  expect((await createSink().probe()).faults).toMatchObject([{ code: 'HIP_DB_LOGIN', transient: false }]);
  await asRoot("ALTER USER hip@'127.0.0.1' ACCOUNT UNLOCK");
  await asRoot("ALTER USER hip@'127.0.0.1' WITH MAX_USER_CONNECTIONS 1");
  const first = createSink();
  expect((await first.probe()).faults).toEqual([]);
  expect((await createSink().probe()).faults).toMatchObject([
    { code: 'HIP_DB_UNAVAILABLE', transient: true },
  ]);
  await asRoot("ALTER USER hip@'127.0.0.1' WITH MAX_USER_CONNECTIONS 0");
  const holder = await createConnection({ uri: server.url, database: 'hip' });
  await holder.query('LOCK TABLES device_logs WRITE');
  const hasty = createSink({ queryTimeoutMs: 300 });
  await expect(hasty.write(punches(1))).rejects.toMatchObject({ fault: { transient: true } });
  await holder.end();
  expect(await hasty.write(punches(1))).toMatchObject({ inserted: 1 });
});

test('two writers of the same punches make one row of each', async () => {
  await restart();
  const [one, other] = [createSink(), createSink()];
  await Promise.all([one.probe(), other.probe()]);
  const load = punches(5000);
  const results = await Promise.all([one.write(load), other.write([...load].reverse()), one.write(load)]);
  expect(results.map((result) => result.accepted.length)).toEqual([5000, 5000, 5000]);
  expect(results.reduce((sum, result) => sum + (result.inserted ?? 0), 0)).toBe(5000);
  expect(await count()).toBe(5000);
});

test('writes with compression', async () => {
  await restart();
  const sink = createSink({ compression: true });
  await sink.probe();
  expect(await sink.write(punches(3000))).toMatchObject({ inserted: 3000 });
});

describe('what is no database server', () => {
  let fake: Server | undefined;
  afterEach(() => fake?.close());

  async function answer(hello: Buffer, then?: Buffer): Promise<number> {
    fake = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.write(hello);
      if (then) socket.once('data', () => socket.write(then));
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => fake?.once('listening', resolve));
    const address = fake.address();
    return typeof address === 'object' && address ? address.port : 0;
  }

  test('a login by ed25519 is refused with the way out', async () => {
    const hello = packet(
      0,
      Buffer.concat([
        Buffer.from('\x0a11.4.2-MariaDB\0', 'latin1'),
        Buffer.from([1, 0, 0, 0]),
        Buffer.from('12345678\0', 'latin1'),
        Buffer.from([0xff, 0xf7, 45, 2, 0, 0xff, 0x81, 21]),
        Buffer.alloc(10),
        Buffer.from('123456789012\0mysql_native_password\0', 'latin1'),
      ]),
    );
    const switchTo = packet(2, Buffer.from(`\xfeclient_ed25519\0${'x'.repeat(32)}\0`, 'latin1'));
    const port = await answer(hello, switchTo);
    const { reachable, faults } = await createSink({ port }).probe();
    expect(reachable).toBe(false);
    expect(faults).toMatchObject([
      { code: 'HIP_DB_LOGIN', remedy: expect.stringContaining('ed25519'), transient: false },
    ]);
  });

  test('something that talks, but not like MySQL', async () => {
    const port = await answer(Buffer.from('SSH-2.0-OpenSSH_9.2\r\n'));
    const { faults } = await createSink({ port, connectTimeoutMs: 500 }).probe();
    expect(faults).toMatchObject([{ transient: true }]);
  });

  test('a name that does not exist', async () => {
    const { faults } = await createSink({ host: 'nowhere.invalid', ssl: 'off' }).probe();
    expect(faults).toMatchObject([{ code: 'HIP_DB_DNS', transient: true }]);
  });
});

function packet(sequence: number, body: Buffer): Buffer {
  return Buffer.concat([Buffer.from([body.length & 0xff, body.length >> 8, 0, sequence]), body]);
}
