import { connect, createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { withDatabase } from '../support/database.js';
import { punch, punches, withSinks } from './mysql-rig.js';

/** A line with a round trip of 40 ms, which is far for the sink and soon over for a test. */
const DELAY_MS = 20;

const database = withDatabase();
const createSink = withSinks(database);
const sockets: Socket[] = [];
const line = createServer((near) => {
  const far = connect({ host: database.host, port: database.port, noDelay: true });
  near.setNoDelay();
  for (const [from, to] of [
    [near, far],
    [far, near],
  ] as const) {
    from.on('data', (bytes: Buffer) => {
      if (from === near && bytes.includes('SELECT `device_sn`')) lookups += 1;
      setTimeout(() => to.write(bytes), DELAY_MS);
    });
    from.on('close', () => setTimeout(() => to.destroy(), DELAY_MS));
    from.on('error', () => undefined);
    sockets.push(from);
  }
});
let port = 0;
let lookups = 0;

beforeAll(async () => {
  await new Promise<void>((resolve) => {
    line.listen(0, '127.0.0.1', resolve);
  });
  port = (line.address() as { port: number }).port;
});
afterAll(() => {
  for (const socket of sockets) socket.destroy();
  line.close();
});
beforeEach(async () => {
  await database.sql('DROP TABLE IF EXISTS device_logs');
});

const createFarSink = () => createSink({ host: '127.0.0.1', port, ssl: 'off' });

async function facts(): Promise<{ rows: number; lastId: number }> {
  const [row] = await database.sql('SELECT COUNT(*) AS n, MAX(id) AS id FROM device_logs');
  return { rows: Number(row?.n), lastId: Number(row?.id) };
}

describe('a target that is far away', () => {
  test('is worth all connections, one near by two', async () => {
    const [far, near] = [createFarSink(), createSink()];
    await Promise.all([far.probe(), near.probe()]);
    expect([far.parallelWrites, near.parallelWrites]).toEqual([4, 2]);
  });

  test('is asked for old rows no more while all are new, and again from the first that is not', async () => {
    const sink = createFarSink();
    await sink.probe();
    expect(await sink.write(punches(1_000))).toMatchObject({ inserted: 1_000 });
    expect(await sink.write(punches(1_000, 1_001))).toMatchObject({ inserted: 1_000 });
    for (let i = 0; i < 4; i += 1) {
      expect(await sink.write(punches(1_000))).toMatchObject({ inserted: 0, rejected: [] });
    }
    expect(await sink.write(punches(1_000, 1_501))).toMatchObject({ inserted: 500, rejected: [] });
    const { rows, lastId } = await facts();
    expect(rows).toBe(2_500);
    // The first replay used up the ids of one statement, the others none.
    expect(lastId).toBeLessThan(2_500 + 1_100);
  });

  test('is asked nothing either while the answer to another statement is under way', async () => {
    const sink = createFarSink();
    await sink.probe();
    await sink.write(punches(1_000));
    lookups = 0;
    const first = sink.write(punches(1_000, 1_001));
    await new Promise((resolve) => setTimeout(resolve, DELAY_MS));
    await Promise.all([first, sink.write(punches(1_000, 2_001))]);
    expect(lookups).toBe(0);
    await sink.write(punches(1_000));
    await sink.write(punches(1_000));
    expect(lookups).toBeGreaterThan(0);
  });

  test('law 4: which row it refuses, and why, is known all the same', async () => {
    const sink = createFarSink();
    await sink.probe();
    await database.sql("ALTER TABLE device_logs ADD CONSTRAINT lucky CHECK (user_id <> '13')");
    await sink.write(punches(1_000));
    const batch = [...punches(500, 1_001), punch(9_999, { userId: '13' }), ...punches(500, 1_501)];
    const { accepted, inserted, rejected } = await sink.write(batch);
    expect({ accepted: accepted.length, inserted }).toEqual({ accepted: 1_000, inserted: 1_000 });
    expect(rejected).toMatchObject([{ key: 9_999, code: 'ER_CONSTRAINT_FAILED' }]);
  });
});
