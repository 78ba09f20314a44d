import { beforeEach, describe, expect, test } from 'vitest';
import { withDatabase } from '../support/database.js';
import { punch, punches, withSinks } from './mysql-rig.js';

const database = withDatabase();
const createSink = withSinks(database);

beforeEach(async () => {
  await database.sql('DROP TABLE IF EXISTS device_logs');
});

async function count(): Promise<number> {
  const [row] = await database.sql('SELECT COUNT(*) AS n FROM device_logs');
  return Number(row?.n);
}

async function nextId(): Promise<number> {
  await database.sql(`INSERT INTO device_logs (device_sn, user_id, check_time) VALUES ('x', 'x', NOW())`);
  const [row] = await database.sql('SELECT MAX(id) AS id FROM device_logs');
  return Number(row?.id);
}

describe('write', () => {
  test('makes one row of a punch that comes again and again, and counts true inserts', async () => {
    const sink = createSink();
    expect(await sink.probe()).toMatchObject({ reachable: true, faults: [] });
    expect(await sink.write(punches(3))).toEqual({ accepted: [1, 2, 3], inserted: 3, rejected: [] });
    expect(await sink.write(punches(5))).toEqual({ accepted: [1, 2, 3, 4, 5], inserted: 2, rejected: [] });
    expect(await sink.write(punches(5))).toEqual({ accepted: [1, 2, 3, 4, 5], inserted: 0, rejected: [] });
    expect(await count()).toBe(5);
  });

  test('the same punch twice in one batch is one row, and both are accepted', async () => {
    const sink = createSink();
    await sink.probe();
    const twin = { ...punch(1), key: 2 };
    expect(await sink.write([punch(1), twin])).toEqual({ accepted: [1, 2], inserted: 1, rejected: [] });
  });

  test('replays do not burn through AUTO_INCREMENT', async () => {
    const sink = createSink();
    await sink.probe();
    await sink.write(punches(2500));
    for (let i = 0; i < 5; i += 1) await sink.write(punches(2500));
    // 2,500 rows in statements of 1,000: the ids of the three statements follow each other closely.
    expect(await nextId()).toBeLessThan(2600);
  });

  test('stores what the punch says, text in any language and NUL bytes included', async () => {
    const sink = createSink();
    await sink.probe();
    const raw = 'ก\tสวัสดี\tສະບາຍດີ\té\u0000\'"\\%😀\r\n';
    await sink.write([punch(1, { userId: 'พนักงาน 7', raw, status: 255, verify: 200 })]);
    const rows = await database.sql(
      'SELECT device_sn, user_id, check_time, status, verify_type, raw_data FROM device_logs',
    );
    expect(rows).toEqual([
      {
        device_sn: 'SIM1',
        user_id: 'พนักงาน 7',
        check_time: '2026-01-05 00:00:01',
        status: 255,
        verify_type: 200,
        raw_data: raw,
      },
    ]);
  });

  test('writes the defaults where the punch says nothing', async () => {
    const sink = createSink();
    await sink.probe();
    await sink.write([punch(1, { status: null, verify: null })]);
    expect(await database.sql('SELECT status, verify_type FROM device_logs')).toEqual([
      { status: 0, verify_type: 1 },
    ]);
  });

  test('writes NULL where that is the default', async () => {
    const sink = createSink({ defaults: { status: null, verify: null } });
    await sink.probe();
    await sink.write([punch(1, { status: null, verify: null })]);
    expect(await database.sql('SELECT status, verify_type FROM device_logs')).toEqual([
      { status: null, verify_type: null },
    ]);
  });

  test('keeps 0090, 090 and 90 apart, and a from A', async () => {
    const sink = createSink();
    await sink.probe();
    const ids = ['0090', '090', '90', 'a', 'A', 'á'];
    const batch = ids.map((userId, i) => punch(1, { key: i + 1, userId }));
    expect((await sink.write(batch)).inserted).toBe(ids.length);
  });

  test('blanks at the end of an id: one person where the collation does not see them, else two', async () => {
    const sink = createSink();
    await sink.probe();
    const batch = [punch(1), punch(1, { key: 2, userId: '1 ' }), punch(1, { key: 3, userId: '1\u00a0' })];
    expect(await sink.write(batch)).toEqual({ accepted: [1, 2, 3], inserted: 2, rejected: [] });
    expect(await sink.write(batch)).toMatchObject({ accepted: [1, 2, 3], inserted: 0 });
    await database.sql('ALTER TABLE device_logs MODIFY user_id VARBINARY(64) NOT NULL');
    const exact = createSink();
    expect(await exact.write(batch)).toEqual({ accepted: [1, 2, 3], inserted: 1, rejected: [] });
    expect(await count()).toBe(3);
  });

  test('writes without a probe before, when the table is there', async () => {
    await createSink().probe();
    expect((await createSink().write(punches(2))).inserted).toBe(2);
  });

  test('an empty batch is no work', async () => {
    expect(await createSink().write([])).toEqual({ accepted: [], inserted: 0, rejected: [] });
  });
});
