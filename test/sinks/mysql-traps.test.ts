import { beforeEach, describe, expect, test } from 'vitest';
import type { MysqlSettings } from '../../src/lib/sinks/mysql.js';
import { SinkUnavailable } from '../../src/lib/sinks/sink.js';
import { mendTable, planTableMend } from '../../src/lib/sinks/table-mend.js';
import { withDatabase } from '../support/database.js';
import { punch, settingsFor, withSinks } from './mysql-rig.js';

const database = withDatabase();
const createSink = withSinks(database);
const NOW_MS = Date.UTC(2026, 0, 5);

beforeEach(async () => {
  await database.sql('DROP TABLE IF EXISTS device_logs');
});

/** A sound table; a trap changes one line of it. */
const SOUND: Readonly<Record<string, string>> = {
  id: 'INT NOT NULL AUTO_INCREMENT PRIMARY KEY',
  device_sn: 'VARCHAR(64) COLLATE utf8mb4_bin NOT NULL',
  user_id: 'VARCHAR(64) COLLATE utf8mb4_bin NOT NULL',
  check_time: 'DATETIME NOT NULL',
  status: 'SMALLINT NULL',
  verify_type: 'SMALLINT NULL',
  raw_data: 'TEXT NULL',
};
const KEY = 'UNIQUE KEY punch (device_sn, user_id, check_time)';

async function createTable(columns: Record<string, string | null>, keys = [KEY]): Promise<void> {
  const lines = Object.entries({ ...SOUND, ...columns }).filter(([, type]) => type !== null);
  const body = [...lines.map(([name, type]) => `\`${name}\` ${type}`), ...keys].join(', ');
  await database.sql(`CREATE TABLE device_logs (${body}) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`);
}

interface Trap {
  readonly name: string;
  readonly columns?: Record<string, string | null>;
  readonly keys?: string[];
  /** Part of the fault's message. */
  readonly says: RegExp;
  readonly settings?: Partial<MysqlSettings>;
}

const TRAPS: readonly Trap[] = [
  { name: 'no unique key', keys: [], says: /no unique key on \(device_sn, user_id, check_time\)/ },
  {
    name: 'a wider unique key',
    keys: ['UNIQUE KEY wide (device_sn, user_id, check_time, status)'],
    says: /no unique key on/,
  },
  {
    name: 'a narrower unique key',
    keys: [KEY, 'UNIQUE KEY narrow (user_id, check_time)'],
    says: /unique key narrow \(user_id, check_time\).* takes different punches for one/,
  },
  {
    name: 'a narrower primary key',
    columns: { id: null },
    keys: ['PRIMARY KEY (user_id, check_time)'],
    says: /unique key PRIMARY \(user_id, check_time\)/,
  },
  {
    name: 'a unique key on the beginning of the ids',
    keys: ['UNIQUE KEY punch (device_sn(4), user_id(4), check_time)'],
    says: /\(device_sn\(4\), user_id\(4\), check_time\)/,
  },
  {
    name: 'a unique key on the raw text',
    columns: { raw_data: 'VARCHAR(200) NULL' },
    keys: [KEY, 'UNIQUE KEY raw (raw_data)'],
    says: /unique key raw \(raw_data\)/,
  },
  {
    name: 'a device column that may be NULL',
    columns: { device_sn: 'VARCHAR(64) COLLATE utf8mb4_bin NULL' },
    says: /device_logs\.device_sn may be NULL/,
  },
  {
    name: 'a time column that may be NULL',
    columns: { check_time: 'DATETIME NULL' },
    says: /check_time may be NULL/,
  },
  { name: 'a number for the user id', columns: { user_id: 'INT NOT NULL' }, says: /turns 0090 into 90/ },
  {
    name: 'a collation that folds case',
    columns: { user_id: 'VARCHAR(64) COLLATE utf8mb4_unicode_ci NOT NULL' },
    says: /user_id compares by utf8mb4_unicode_ci/,
  },
  {
    name: 'a collation that folds case, for the device',
    columns: { device_sn: 'VARCHAR(64) COLLATE utf8mb4_general_ci NOT NULL' },
    says: /device_sn compares by utf8mb4_general_ci/,
  },
  {
    name: 'TIMESTAMP',
    columns: { check_time: "TIMESTAMP NOT NULL DEFAULT '2026-01-01 00:00:00'" },
    says: /check_time is TIMESTAMP/,
  },
  { name: 'a date without time', columns: { check_time: 'DATE NOT NULL' }, says: /check_time is DATE,/ },
  {
    name: 'a short user id',
    columns: { user_id: 'VARCHAR(20) COLLATE utf8mb4_bin NOT NULL' },
    says: /user_id is too short: 20 characters/,
  },
  {
    name: 'a short device',
    columns: { device_sn: 'VARCHAR(50) COLLATE utf8mb4_bin NOT NULL' },
    says: /device_sn is too short: 50 characters/,
  },
  {
    name: 'a signed TINYINT for the status',
    columns: { status: 'TINYINT NULL' },
    says: /status is a signed/,
  },
  {
    name: 'a signed TINYINT for the verify type',
    columns: { verify_type: 'TINYINT NOT NULL DEFAULT 1' },
    says: /verify_type is a signed TINYINT/,
  },
  { name: 'a text of one letter', columns: { status: 'CHAR(1) NULL' }, says: /status is too short/ },
  { name: 'an ENUM', columns: { status: "ENUM('0','1') NULL" }, says: /status is ENUM/ },
  {
    name: 'no default for status where NULL is not allowed',
    columns: { status: 'SMALLINT NOT NULL' },
    settings: { defaults: { status: null, verify: null } },
    says: /status may not be NULL/,
  },
  {
    name: 'a number for the raw text',
    columns: { raw_data: 'INT NULL' },
    says: /raw_data is INT, which holds/,
  },
  { name: 'no raw column', columns: { raw_data: null }, says: /device_logs\.raw_data does not exist/ },
  {
    name: 'an extra column without a default',
    columns: { branch: "ENUM('North','South') COLLATE utf8mb4_unicode_ci NOT NULL COMMENT 'whose'" },
    says: /device_logs\.branch is NOT NULL without a default/,
  },
];

describe.each(TRAPS)('$name', ({ columns = {}, keys, says, settings }) => {
  test('is a fault that names the command, and nothing is written or rejected', async () => {
    await createTable(columns, keys);
    const sink = createSink(settings);
    const { reachable, faults } = await sink.probe();
    expect(reachable).toBe(true);
    expect(faults.map((fault) => fault.message).join('\n')).toMatch(says);
    for (const fault of faults)
      expect(fault).toMatchObject({
        code: 'HIP_DB_TABLE_UNSAFE',
        remedy: 'hip test-db --fix',
        transient: false,
      });
    await expect(sink.write([punch(1), punch(2)])).rejects.toThrow(SinkUnavailable);
    expect(await database.sql('SELECT COUNT(*) AS n FROM device_logs')).toEqual([{ n: 0 }]);
  });

  test('is mended by that command', async () => {
    await createTable(columns, keys);
    const plan = await planTableMend(settingsFor(database, settings), NOW_MS);
    expect(plan).toMatchObject({ byHand: [], removal: null });
    expect(plan.steps.length).toBeGreaterThan(0);
    expect(await mendTable(settingsFor(database, settings), plan, { removeDuplicates: false })).toEqual({
      outcome: 'mended',
      removed: 0,
      backupTable: null,
    });
    const sink = createSink(settings);
    expect((await sink.probe()).faults).toEqual([]);
    const odd = [
      punch(1, { userId: '0090', status: 255, verify: 200 }),
      punch(1, { key: 2, userId: '90' }),
      punch(1, { key: 3, deviceName: 'SIM2', userId: '90' }),
      punch(1, { key: 4, deviceName: 'x'.repeat(64), userId: 'U'.repeat(64) }),
    ];
    expect(await sink.write(odd)).toEqual({ accepted: [1, 2, 3, 4], inserted: 4, rejected: [] });
  });
});

test.each([
  ['a sound table', {}, [KEY]],
  ['a primary key on the identity', { id: null }, ['PRIMARY KEY (user_id, device_sn, check_time)']],
  ['unsigned TINYINT', { status: 'TINYINT UNSIGNED NULL', verify_type: 'TINYINT(3) UNSIGNED NULL' }, [KEY]],
  ['codes as text', { status: 'VARCHAR(10) NULL', verify_type: 'VARCHAR(3) NULL' }, [KEY]],
  ['bytes', { user_id: 'VARBINARY(64) NOT NULL', raw_data: 'BLOB NULL' }, [KEY]],
  ['fractions of a second', { check_time: 'DATETIME(3) NOT NULL' }, [KEY]],
  ['defaults', { site: "VARCHAR(9) NOT NULL DEFAULT 'x'", at: 'TIMESTAMP NOT NULL DEFAULT NOW()' }, [KEY]],
  ['a unique column of its own', { uid: 'CHAR(36) NOT NULL DEFAULT (UUID()) UNIQUE' }, [KEY]],
  ['a unique column left NULL', { ext: 'INT NULL UNIQUE' }, [KEY]],
])('%s is fine', async (_, columns: Record<string, string | null>, keys) => {
  await createTable(columns, keys);
  const sink = createSink();
  expect(await sink.probe()).toEqual({ reachable: true, created: false, faults: [], notes: [] });
  const batch = [punch(1, { status: 255, verify: 255 }), punch(2)];
  expect(await sink.write(batch)).toEqual({ accepted: [1, 2], inserted: 2, rejected: [] });
  expect(await sink.write(batch)).toEqual({ accepted: [1, 2], inserted: 0, rejected: [] });
});
