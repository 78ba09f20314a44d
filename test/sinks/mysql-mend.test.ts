import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { mendTable, planSql, planTableMend } from '../../src/lib/sinks/table-mend.js';
import { withDatabase } from '../support/database.js';
import { punches, settingsFor, withSinks } from './mysql-rig.js';

const database = withDatabase();
const createSink = withSinks(database);
const settings = settingsFor(database);
const ACCESS = settingsFor(database, { layout: 'access_device_logs' });
const NOW_MS = Date.UTC(2026, 0, 5, 7, 30);
const BACKUP = 'access_device_logs_removed_20260105073000';

/** As the previous system made it, without its late unique key. */
const ACCESS_TABLE = `CREATE TABLE access_device_logs (
  id INT AUTO_INCREMENT PRIMARY KEY,
  badge_number VARCHAR(50),
  check_time DATETIME,
  check_type VARCHAR(10),
  verify_code VARCHAR(10),
  sensor_id VARCHAR(50),
  work_code VARCHAR(50),
  device_sn VARCHAR(50) COMMENT 'sn',
  raw_data TEXT,
  server_time TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
  INDEX idx_badge_time (badge_number, check_time)
) CHARSET=latin1`;

beforeEach(async () => {
  for (const table of ['device_logs', 'access_device_logs', BACKUP])
    await database.sql(`DROP TABLE IF EXISTS ${table}`);
});

async function insert(
  rows: readonly (readonly [string | null, string | null, string | null])[],
): Promise<void> {
  await database.sql('INSERT INTO access_device_logs (device_sn, badge_number, check_time) VALUES ?', [rows]);
}

async function ids(table: string): Promise<string> {
  const rows = await database.sql(`SELECT id FROM ${table} ORDER BY id`);
  return rows.map((row) => row.id).join(' ');
}

describe('a table of the previous system with every punch up to four times', () => {
  const T = '2026-01-05 07:58:12';

  beforeEach(async () => {
    await database.sql(ACCESS_TABLE);
    await insert([
      ['A', '1', T],
      ['A', '1', T],
      ['A', '01', T],
      [null, '1', T],
      ['A', '1', T],
      ['A', '1', '2026-01-05 07:58:13'],
      [null, '1', T],
      ['B', '1', T],
    ]);
  });

  test('nothing is begun while doubles stand', async () => {
    const plan = await planTableMend(ACCESS, NOW_MS);
    expect(plan.removal).toMatchObject({ rows: 3, backupTable: BACKUP });
    expect(await mendTable(ACCESS, plan, { removeDuplicates: false })).toEqual({
      outcome: 'duplicates-stand',
      rows: 3,
    });
    expect(await ids('access_device_logs')).toBe('1 2 3 4 5 6 7 8');
    expect((await database.sql(`SHOW TABLES LIKE '${BACKUP}'`)).length).toBe(0);
  });

  test('the lowest id stays, the others are kept in a table of their own', async () => {
    const plan = await planTableMend(ACCESS, NOW_MS);
    const result = await mendTable(ACCESS, plan, { removeDuplicates: true });
    expect(result).toEqual({ outcome: 'mended', removed: 3, backupTable: BACKUP });
    expect(await ids('access_device_logs')).toBe('1 3 4 6 8');
    expect(await ids(BACKUP)).toBe('2 5 7');
    const sink = createSink({ layout: 'access_device_logs' });
    expect((await sink.probe()).faults).toEqual([]);
    expect((await sink.write(punches(2))).inserted).toBe(2);
  });

  test('the plan says in words and SQL what it does, and the SQL does it', async () => {
    const plan = await planTableMend(ACCESS, NOW_MS);
    expect(plan.steps.map((step) => step.says)).toEqual([
      'write an empty device_sn where there is none (rows: 2)',
      expect.stringContaining('add a unique key on (device_sn, badge_number, check_time)'),
    ]);
    for (const sql of planSql(plan)) await database.sql(sql);
    expect(await planTableMend(ACCESS, NOW_MS)).toEqual({ steps: [], removal: null, byHand: [] });
    expect(await ids('access_device_logs')).toBe('1 3 4 6 8');
    const [table] = await database.sql('SHOW CREATE TABLE access_device_logs');
    expect(String(table?.['Create Table'])).toContain("COMMENT 'sn'");
  });

  test('rows without a user are for a person', async () => {
    await insert([['A', null, T]]);
    const plan = await planTableMend(ACCESS, NOW_MS);
    expect(plan).toMatchObject({
      steps: [],
      byHand: [expect.stringContaining('without a usable badge_number are no punches; there are 1:')],
    });
    expect(await mendTable(ACCESS, plan, { removeDuplicates: true })).toEqual({ outcome: 'by-hand' });
    expect(await ids('access_device_logs')).toBe('1 2 3 4 5 6 7 8 9');
  });

  test('without the rights, the SQL is for whoever has them and no row is touched', async () => {
    const user = `mend_${database.database.slice(-8)}`;
    await database.sql(`CREATE USER ${user} IDENTIFIED BY 'secret'`);
    await database.sql(`GRANT SELECT, INSERT, UPDATE ON \`${database.database}\`.* TO ${user}`);
    try {
      const poor = { ...ACCESS, user, password: 'secret' };
      const plan = await planTableMend(poor, NOW_MS);
      const result = await mendTable(poor, plan, { removeDuplicates: true });
      expect(result).toMatchObject({ outcome: 'no-right', fault: { code: 'HIP_DB_RIGHTS' } });
      expect(result).toHaveProperty('sql', planSql(plan));
      expect(await ids('access_device_logs')).toBe('1 2 3 4 5 6 7 8');
    } finally {
      await database.sql(`DROP USER ${user}`);
    }
  });
});

describe('a table without any key', () => {
  test('gets an id in the order of its rows, so that doubles can be told apart', async () => {
    await database.sql(
      'CREATE TABLE device_logs (device_sn VARCHAR(64), user_id INT, check_time TIMESTAMP NULL, raw_data TEXT)',
    );
    for (const raw of ['first', 'second'])
      await database.sql(`INSERT INTO device_logs VALUES ('A', 90, '2026-01-05 07:58:12', '${raw}')`);
    const plan = await planTableMend(settings, NOW_MS);
    expect(plan.removal?.rows).toBe(1);
    const result = await mendTable(settings, plan, { removeDuplicates: true });
    expect(result).toMatchObject({ outcome: 'mended', removed: 1 });
    expect(await database.sql('SELECT * FROM device_logs')).toEqual([
      {
        id: 1,
        device_sn: 'A',
        user_id: '90',
        check_time: '2026-01-05 07:58:12',
        raw_data: 'first',
        status: null,
        verify_type: null,
      },
    ]);
    expect((await createSink().probe()).faults).toEqual([]);
    await database.sql('DROP TABLE device_logs_removed_20260105073000');
  });
});

test('times that are no times are for a person, and never taken for doubles', async () => {
  await database.sql(
    `CREATE TABLE device_logs (id INT PRIMARY KEY AUTO_INCREMENT, device_sn VARCHAR(64), user_id VARCHAR(64),
       check_time VARCHAR(40), status INT, verify_type INT, raw_data TEXT)`,
  );
  await database.sql(
    "INSERT INTO device_logs (device_sn, user_id, check_time) VALUES ('A', '1', 'yesterday'), ('A', '1', 'today')",
  );
  expect(await planTableMend(settings, NOW_MS)).toMatchObject({
    removal: null,
    byHand: [expect.stringContaining('without a usable check_time are no punches; there are 2:')],
  });
});

test('a change that the server refuses is told with its words', async () => {
  await database.sql('CREATE TABLE staff (user_id VARCHAR(64) PRIMARY KEY)');
  await database.sql(
    `CREATE TABLE device_logs (id INT PRIMARY KEY AUTO_INCREMENT, device_sn VARCHAR(64), user_id VARCHAR(64),
       check_time DATETIME, status INT, verify_type INT, raw_data TEXT,
       CONSTRAINT known_staff FOREIGN KEY (user_id) REFERENCES staff (user_id))`,
  );
  const plan = await planTableMend(settings, NOW_MS);
  expect(await mendTable(settings, plan, { removeDuplicates: false })).toMatchObject({
    outcome: 'refused',
    fault: { message: expect.stringContaining('known_staff') },
    sql: expect.stringContaining('ALTER TABLE'),
  });
  await database.sql('DROP TABLE device_logs, staff');
});

test('a sound table needs nothing', async () => {
  await createSink().probe();
  const plan = await planTableMend(settings, NOW_MS);
  expect(plan).toEqual({ steps: [], removal: null, byHand: [] });
});

test('a missing table can not be mended', async () => {
  await expect(planTableMend(settings, NOW_MS)).rejects.toMatchObject({ code: 'HIP_DB_TABLE_MISSING' });
});

afterAll(() => database.sql(`DROP TABLE IF EXISTS ${BACKUP}`));
