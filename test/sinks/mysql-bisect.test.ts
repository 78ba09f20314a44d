import { beforeEach, describe, expect, test } from 'vitest';
import type { SinkPunch } from '../../src/lib/sinks/sink.js';
import { withDatabase } from '../support/database.js';
import { punch, punches, withSinks } from './mysql-rig.js';

const database = withDatabase();
const createSink = withSinks(database);

/** A rule of the table's owner that user 13 breaks. */
beforeEach(async () => {
  await database.sql('DROP TABLE IF EXISTS device_logs');
  await createSink().probe();
  await database.sql("ALTER TABLE device_logs ADD CONSTRAINT lucky CHECK (user_id <> '13')");
});

function bad(key: number): SinkPunch {
  return punch(key, { userId: '13' });
}

async function count(): Promise<number> {
  const [row] = await database.sql('SELECT COUNT(*) AS n FROM device_logs');
  return Number(row?.n);
}

describe('a bad row', () => {
  test.each([0, 1, 777, 2499])('is found at place %d of 2,500, and all others go in', async (place) => {
    const sink = createSink();
    const batch = punches(2500, 0);
    batch[place] = bad(place);
    const result = await sink.write(batch);
    expect(result.rejected).toEqual([
      { key: place, code: expect.stringContaining('CONSTRAINT'), message: expect.stringContaining('lucky') },
    ]);
    expect(result.accepted.length).toBe(2499);
    expect(result.inserted).toBe(2499);
    expect(await count()).toBe(2499);
  });

  test('and many more are found', async () => {
    const batch = Array.from({ length: 300 }, (_, i) => (i % 3 === 0 ? bad(i) : punch(i)));
    const result = await createSink().write(batch);
    expect(result.rejected.map(({ key }) => key)).toEqual(
      batch.filter(({ userId }) => userId === '13').map(({ key }) => key),
    );
    expect(result.accepted.length).toBe(200);
  });

  test('alone proves nothing: the table may be at fault, and nothing is rejected', async () => {
    const sink = createSink();
    await expect(sink.write([bad(1)])).rejects.toMatchObject({
      fault: { code: 'HIP_DB_TABLE_UNSAFE', message: expect.stringContaining('lucky'), transient: false },
    });
    await expect(sink.write(Array.from({ length: 500 }, (_, i) => bad(i)))).rejects.toMatchObject({
      fault: { code: 'HIP_DB_TABLE_UNSAFE' },
    });
    // With the next good punch beside it, it is clear.
    expect(await sink.write([bad(1), punch(2)])).toMatchObject({ accepted: [2], rejected: [{ key: 1 }] });
  });

  test('alone has its neighbour in an earlier batch', async () => {
    const sink = createSink();
    await sink.write([punch(1)]);
    expect(await sink.write([bad(2)])).toMatchObject({ accepted: [], rejected: [{ key: 2 }] });
    expect(await count()).toBe(1);
  });

  test('alone, when the earlier neighbour was deleted meanwhile: it stays deleted, and nothing is rejected', async () => {
    const sink = createSink();
    await sink.write([punch(1)]);
    await database.sql('DELETE FROM device_logs');
    await expect(sink.write([bad(2)])).rejects.toMatchObject({ fault: { code: 'HIP_DB_TABLE_UNSAFE' } });
    expect(await count()).toBe(0);
  });

  test('and no more than ten follow an earlier neighbour: then the table may have been altered', async () => {
    const sink = createSink();
    await sink.write([punch(1)]);
    for (let key = 2; key < 12; key += 1) {
      expect(await sink.write([bad(key)])).toMatchObject({ rejected: [{ key }] });
    }
    await expect(sink.write([bad(12)])).rejects.toMatchObject({ fault: { code: 'HIP_DB_TABLE_UNSAFE' } });
    expect(await sink.write([bad(12), punch(13)])).toMatchObject({ accepted: [13], rejected: [{ key: 12 }] });
  });

  test('and many more do not hide the good ones behind them, even for a sink that has seen none yet', async () => {
    const batch = [...Array.from({ length: 40 }, (_, i) => bad(i)), ...punches(5, 100)];
    const result = await createSink().write(batch);
    expect(result.accepted).toEqual([100, 101, 102, 103, 104]);
    expect(result.rejected.length).toBe(40);
    expect(await count()).toBe(5);
  });

  test('and many more, beside none but rows that stand there already: the table may have been altered', async () => {
    const sink = createSink();
    await sink.write(punches(3));
    const rows = [...punches(3), ...Array.from({ length: 11 }, (_, i) => bad(10 + i))];
    await expect(sink.write(rows)).rejects.toMatchObject({ fault: { code: 'HIP_DB_TABLE_UNSAFE' } });
    expect(await sink.write([...rows, punch(30)])).toMatchObject({ inserted: 1 });
    expect(await count()).toBe(4);
  });

  test('beside rows that stand there already: one of them is offered again as a witness', async () => {
    const sink = createSink();
    await sink.write(punches(3));
    const result = await sink.write([...punches(3), bad(4)]);
    expect(result).toMatchObject({ accepted: [1, 2, 3], inserted: 0, rejected: [{ key: 4 }] });
    expect(await count()).toBe(3);
  });

  test('beside rows that stand there already but would no longer be taken: nothing is rejected', async () => {
    const sink = createSink();
    await sink.write(punches(3));
    await database.sql('ALTER TABLE device_logs DROP CONSTRAINT lucky');
    await database.sql(
      "CREATE TRIGGER closed BEFORE INSERT ON device_logs FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'closed'",
    );
    await expect(sink.write([...punches(3), bad(4)])).rejects.toMatchObject({
      fault: { message: expect.stringContaining('closed') },
    });
  });
});

test.each([
  [
    'ER_NO_REFERENCED_ROW_2',
    'CREATE TABLE staff (user_id VARCHAR(64) COLLATE utf8mb4_bin PRIMARY KEY)',
    "INSERT INTO staff VALUES ('1')",
    'ALTER TABLE device_logs ADD FOREIGN KEY (user_id) REFERENCES staff (user_id)',
  ],
  [
    'ER_SIGNAL_EXCEPTION',
    "CREATE TRIGGER guard BEFORE INSERT ON device_logs FOR EACH ROW IF NEW.user_id = '13' THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'no 13'; END IF",
  ],
  ['ER_WARN_DATA_OUT_OF_RANGE', 'ALTER TABLE device_logs MODIFY status TINYINT UNSIGNED'],
])('%s is about the row', async (code, ...statements) => {
  await database.sql('ALTER TABLE device_logs DROP CONSTRAINT lucky');
  for (const sql of statements) await database.sql(sql);
  const culprit = { ...bad(2), status: 999 };
  const result = await createSink().write([punch(1), culprit, punch(3)]);
  expect(result).toMatchObject({ accepted: [1, 3], rejected: [{ key: 2, code }] });
});

describe('a table that was altered after the probe', () => {
  test('is looked at again before a row is called bad', async () => {
    const sink = createSink();
    await sink.write(punches(2));
    await database.sql('ALTER TABLE device_logs MODIFY raw_data VARCHAR(10) COLLATE utf8mb4_bin');
    const long = punch(3, { raw: 'much longer than ten' });
    expect(await sink.write([long, punch(4)])).toEqual({ accepted: [3, 4], inserted: 2, rejected: [] });
    await database.sql('ALTER TABLE device_logs MODIFY user_id VARCHAR(10) COLLATE utf8mb4_bin NOT NULL');
    await expect(sink.write([punch(5), punch(6, { userId: '12345678901' })])).rejects.toMatchObject({
      fault: { code: 'HIP_DB_TABLE_UNSAFE', message: expect.stringContaining('too short') },
    });
  });

  test('and now merges punches is found out by the rows that are not there', async () => {
    const sink = createSink();
    await sink.write(punches(2));
    await database.sql('ALTER TABLE device_logs ADD UNIQUE KEY narrow (user_id, check_time)');
    const other = punch(1, { key: 9, deviceName: 'SIM2' });
    await expect(sink.write([other])).rejects.toMatchObject({ fault: { code: 'HIP_DB_TABLE_UNSAFE' } });
    expect((await sink.probe()).faults).toMatchObject([{ message: expect.stringContaining('narrow') }]);
  });

  test('and has used up its ids is at fault, not the rows', async () => {
    await database.sql('ALTER TABLE device_logs MODIFY id TINYINT NOT NULL AUTO_INCREMENT');
    await database.sql('ALTER TABLE device_logs AUTO_INCREMENT = 126');
    const sink = createSink();
    await sink.write(punches(1));
    for (const batch of [punches(5, 10), punches(1, 20), punches(3, 30)])
      await expect(sink.write(batch)).rejects.toMatchObject({ fault: { code: 'HIP_DB_TABLE_UNSAFE' } });
    expect(await count()).toBeLessThanOrEqual(2);
  });
});
