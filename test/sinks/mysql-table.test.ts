import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { withDatabase } from '../support/database.js';
import { punch, punches, withSinks } from './mysql-rig.js';

const database = withDatabase();
const createSink = withSinks(database);
const TABLES = ['device_logs', 'access_device_logs', 'device_push_logs', 'device_pull_logs', 'odd`name'];

beforeEach(async () => {
  await database.sql(`DROP VIEW IF EXISTS punches`);
  for (const table of TABLES) await database.sql(`DROP TABLE IF EXISTS \`${table.replace('`', '``')}\``);
});

describe('a missing table', () => {
  test('is made where the schema holds none of ours, and that is said', async () => {
    const { faults, notes } = await createSink().probe();
    expect(faults).toEqual([]);
    expect(notes).toEqual([`Created the table ${database.database}.device_logs.`]);
    const columns = await database.sql(
      `SELECT column_name AS name, data_type AS type, collation_name AS collation, is_nullable AS nullable
       FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = 'device_logs'
       ORDER BY ordinal_position`,
    );
    expect(columns).toMatchObject([
      { name: 'id', type: 'bigint', nullable: 'NO' },
      { name: 'device_sn', type: 'varchar', collation: 'utf8mb4_bin', nullable: 'NO' },
      { name: 'user_id', type: 'varchar', collation: 'utf8mb4_bin', nullable: 'NO' },
      { name: 'check_time', type: 'datetime', nullable: 'NO' },
      { name: 'status', type: 'smallint' },
      { name: 'verify_type', type: 'smallint' },
      { name: 'raw_data', type: 'text' },
    ]);
  });

  test('is made once', async () => {
    const sinks = [createSink(), createSink(), createSink()];
    const probes = await Promise.all(sinks.map((sink) => sink.probe()));
    expect(probes.flatMap((probe) => probe.faults)).toEqual([]);
    expect((await createSink().probe()).notes).toEqual([]);
  });

  test('is not made beside a table of the previous system', async () => {
    await database.sql('CREATE TABLE access_device_logs (id INT)');
    const { faults } = await createSink().probe();
    expect(faults).toMatchObject([{ code: 'HIP_DB_TABLE_MISSING', transient: false }]);
    expect(faults[0]?.message).toContain('access_device_logs');
    expect(await database.sql("SHOW TABLES LIKE 'device_logs'")).toEqual([]);
  });

  test('is not made when it may not be', async () => {
    const sink = createSink({ createTable: false });
    expect((await sink.probe()).faults).toMatchObject([
      { code: 'HIP_DB_TABLE_MISSING', remedy: expect.stringContaining('hip test-db --create') },
    ]);
    await expect(sink.write(punches(1))).rejects.toMatchObject({ fault: { code: 'HIP_DB_TABLE_MISSING' } });
  });

  test('that vanishes is a fault, and nothing is rejected', async () => {
    const sink = createSink();
    await sink.probe();
    await database.sql('DROP TABLE device_logs');
    await expect(sink.write(punches(2))).rejects.toMatchObject({ fault: { code: 'HIP_DB_TABLE_MISSING' } });
  });
});

describe('names', () => {
  test('are quoted, and a column can be left out', async () => {
    const sink = createSink({
      table: 'odd`name',
      columns: { deviceSn: 'select', userId: 'id', time: "it's", status: null, verify: 'v"', raw: null },
    });
    expect((await sink.probe()).faults).toEqual([]);
    expect((await sink.write(punches(2))).inserted).toBe(2);
    expect(await database.sql('SELECT `hip_id`, `id`, `v"` FROM `odd``name` LIMIT 1')).toEqual([
      { hip_id: 1, id: '1', 'v"': 1 },
    ]);
  });

  test.each([
    [{ columns: { userId: null } }, "columns.userId can't be null"],
    [{ columns: { userId: 'device_sn' } }, 'names device_sn twice'],
    [{ table: 'a'.repeat(65) }, 'database.table is no name'],
    [{ columns: { raw: 'a\0' } }, 'database.columns.raw is no name'],
  ])('%j can not be', (changes, message) => {
    expect(() => createSink(changes)).toThrow(message);
  });

  test('without the table having them are a fault that lists what it has', async () => {
    await database.sql('CREATE TABLE device_logs (nr INT, employee VARCHAR(9), at DATETIME)');
    const { faults } = await createSink().probe();
    expect(faults[0]).toMatchObject({
      code: 'HIP_DB_TABLE_UNSAFE',
      message: 'device_logs.device_sn does not exist',
      remedy: expect.stringContaining('nr, employee, at'),
    });
  });
});

test('a view is a fault', async () => {
  await createSink().probe();
  await database.sql('CREATE VIEW punches AS SELECT * FROM device_logs');
  expect((await createSink({ table: 'punches' }).probe()).faults).toMatchObject([
    { code: 'HIP_DB_TABLE_UNSAFE', remedy: expect.stringContaining('database.table') },
  ]);
});

test('a computed column is a fault that only a person can mend', async () => {
  await createSink().probe();
  await database.sql('ALTER TABLE device_logs DROP COLUMN status, ADD status SMALLINT AS (1) VIRTUAL');
  expect((await createSink().probe()).faults).toMatchObject([
    {
      message: expect.stringContaining('computed by the server'),
      remedy: expect.stringContaining('columns.status'),
    },
  ]);
});

test('triggers and engines that lose rows are told, not hindered', async () => {
  await createSink().probe();
  await database.sql('ALTER TABLE device_logs ENGINE=MyISAM');
  await database.sql('CREATE TRIGGER audit BEFORE INSERT ON device_logs FOR EACH ROW SET @x = 1');
  const sink = createSink();
  const { faults, notes } = await sink.probe();
  expect(faults).toEqual([]);
  expect(notes).toEqual([expect.stringContaining('triggers (audit)'), expect.stringContaining('MyISAM')]);
  expect((await sink.write(punches(3))).inserted).toBe(3);
});

describe('layouts of the previous system', () => {
  test.each([
    ['device_logs', { status: 1, verify_type: 15 }],
    ['access_device_logs', { badge_number: '0090', check_type: 'O', verify_code: '15' }],
    ['device_push_logs', { check_type: '1', verify_type: '15' }],
    ['device_pull_logs', { check_type: '1', verify_type: '15' }],
  ] as const)('%s is made and written', async (layout, row) => {
    const sink = createSink({ layout });
    expect((await sink.probe()).faults).toEqual([]);
    await sink.write([punch(1, { userId: '0090', status: 1, verify: 15 })]);
    const rows = await database.sql(`SELECT * FROM ${layout}`);
    expect(rows).toMatchObject([{ device_sn: 'SIM1', check_time: '2026-01-05 00:00:01', ...row }]);
  });

  test('I and O, and codes that have no letter as numbers', async () => {
    const sink = createSink({ layout: 'access_device_logs' });
    await sink.probe();
    await sink.write([0, 1, 2, 3, 4, 5, 255, null].map((status, i) => punch(i, { key: i, status })));
    const rows = await database.sql('SELECT check_type FROM access_device_logs ORDER BY id');
    expect(rows.map((row) => row.check_type).join(' ')).toBe('I O 0 1 i o 255 I');
  });
});

describe('rights', () => {
  const user = `hip_${database.database.slice(-8)}`;
  const asUser = { user, password: 'secret' };
  afterAll(() => database.sql(`DROP USER IF EXISTS ${user}`));

  async function grant(rights: string, on = '*'): Promise<void> {
    await database.sql(`DROP USER IF EXISTS ${user}`);
    await database.sql(`CREATE USER ${user} IDENTIFIED BY 'secret'`);
    await database.sql(`GRANT ${rights} ON \`${database.database}\`.${on} TO ${user}`);
  }

  test.each([
    ['SELECT, INSERT', ['UPDATE']],
    ['SELECT, UPDATE', ['INSERT']],
    ['SELECT', ['INSERT', 'UPDATE']],
    ['INSERT, UPDATE', ['SELECT']],
  ])('only %s: the missing ones are named with their GRANT', async (rights, missing) => {
    await createSink().probe();
    await grant(rights);
    const sink = createSink(asUser);
    const { reachable, faults } = await sink.probe();
    expect(reachable).toBe(true);
    expect(faults.map((fault) => fault.code)).toEqual(missing.map(() => 'HIP_DB_RIGHTS'));
    const [, sql = ''] = /: (GRANT .*;)$/.exec(faults[0]?.remedy ?? '') ?? [];
    expect(sql).toBe(`GRANT ${missing[0]} ON \`${database.database}\`.\`device_logs\` TO '${user}'@'%';`);
    await expect(sink.write(punches(1))).rejects.toMatchObject({ fault: { code: 'HIP_DB_RIGHTS' } });
    for (const right of missing) await database.sql(sql.replace(missing[0] ?? '', right));
    expect((await sink.probe()).faults).toEqual([]);
    expect((await sink.write(punches(2))).inserted).toBe(2);
  });

  test('on single columns are enough', async () => {
    await createSink().probe();
    const columns = '(device_sn, user_id, check_time, status, verify_type, raw_data)';
    // MariaDB asks for UPDATE on every column of the INSERT, also on those that ON DUPLICATE leaves alone.
    await grant(`SELECT ${columns}, INSERT ${columns}, UPDATE ${columns}`, 'device_logs');
    const sink = createSink(asUser);
    expect((await sink.probe()).faults).toEqual([]);
    expect((await sink.write(punches(2))).inserted).toBe(2);
  });

  test('to create the table', async () => {
    await grant('SELECT, INSERT, UPDATE');
    expect((await createSink(asUser).probe()).faults).toMatchObject([
      { code: 'HIP_DB_RIGHTS', remedy: expect.stringContaining('GRANT CREATE') },
    ]);
  });

  test('a wrong password, an unknown schema and a schema without rights are told apart', async () => {
    await createSink().probe();
    await grant('SELECT, INSERT, UPDATE');
    const probe = async (changes: object) => (await createSink({ ...asUser, ...changes }).probe()).faults;
    expect(await probe({ password: 'wrong' })).toMatchObject([{ code: 'HIP_DB_LOGIN', transient: false }]);
    expect(await probe({ database: 'nowhere' })).toMatchObject([{ code: 'HIP_DB_RIGHTS' }]);
    expect((await createSink({ database: 'nowhere' }).probe()).faults).toMatchObject([
      { code: 'HIP_DB_SCHEMA', transient: false },
    ]);
  });
});
