import { describe, expect, test } from 'vitest';
import type { Row, Session } from '../../src/lib/sinks/mysql/connection.js';
import { readTableFacts } from '../../src/lib/sinks/mysql/facts.js';
import { judgeTable } from '../../src/lib/sinks/mysql/judge.js';
import { createTableMap } from '../../src/lib/sinks/mysql/settings.js';
import { settingsFor } from './mysql-rig.js';

const settings = settingsFor({ host: 'db', port: 3306, user: 'hip', password: '', database: 'hip' });
const map = createTableMap(settings);

/** Answers as MySQL 8 does, which words defaults and expressions otherwise than MariaDB. */
function answering(columns: readonly Row[], keys: readonly Row[]): Session {
  const answers = [[['BASE TABLE', 'InnoDB']], columns, keys, []];
  return {
    server: {
      version: '8.4.3',
      isMariadb: false,
      maxPacketBytes: 1,
      account: 'hip@%',
      connectMs: 1,
      roundTripMs: 1,
    },
    alive: true,
    select: async () => answers.shift() ?? [],
    execute: async () => 0,
    close: async () => undefined,
    destroy: () => undefined,
  };
}

const ID = ['varchar', 'varchar(64)', 'NO', null, '', 'utf8mb4', 'utf8mb4_bin', 64, 256, ''];
const KEY = ['device_sn', 'user_id', 'check_time'].map((column) => ['punch', column, null]);
const SOUND: readonly Row[] = [
  ['id', 'bigint', 'bigint', 'NO', null, 'auto_increment', null, null, null, null, ''],
  ['device_sn', ...ID],
  ['user_id', ...ID],
  ['check_time', 'datetime', 'datetime', 'NO', null, '', null, null, null, null, ''],
  ['status', 'tinyint', 'tinyint unsigned', 'YES', null, '', null, null, null, null, ''],
  ['verify_type', 'smallint', 'smallint', 'YES', '1', '', null, null, null, null, ''],
  ['raw_data', 'text', 'text', 'YES', null, '', 'utf8mb4', 'utf8mb4_0900_ai_ci', 65_535, 65_535, ''],
];

describe('the catalogue of MySQL 8', () => {
  test('of a sound table has no problems', async () => {
    const facts = await readTableFacts(answering(SOUND, KEY), map);
    expect(judgeTable(facts!, map, settings)).toEqual({ problems: [], notes: [] });
  });

  test('gives defaults as bare values, expressions or the current time', async () => {
    const facts = await readTableFacts(
      answering(
        [
          ['a', 'varchar', 'varchar(9)', 'NO', "it's", '', 'utf8mb4', 'utf8mb4_bin', 9, 36, ''],
          ['b', 'char', 'char(36)', 'NO', 'uuid()', 'DEFAULT_GENERATED', 'utf8mb4', 'x', 36, 144, ''],
          [
            'c',
            'datetime',
            'datetime',
            'NO',
            'CURRENT_TIMESTAMP',
            'DEFAULT_GENERATED',
            null,
            null,
            null,
            null,
            '',
          ],
          ['d', 'int', 'int', 'YES', null, 'VIRTUAL GENERATED', null, null, null, null, ''],
        ],
        [],
      ),
      map,
    );
    const defaults = [...facts!.columns.values()].map(({ name, defaultSql, generated }) => [
      name,
      defaultSql,
      generated,
    ]);
    expect(defaults).toEqual([
      ['a', "'it''s'", false],
      ['b', '(uuid())', false],
      ['c', 'CURRENT_TIMESTAMP', false],
      ['d', null, true],
    ]);
  });

  test('a unique key on an expression is for a person', async () => {
    const keys = [...KEY, ['lower_id', null, null]];
    const { problems } = judgeTable((await readTableFacts(answering(SOUND, keys), map))!, map, settings);
    expect(problems).toMatchObject([
      { message: expect.stringContaining('lower_id (expression)'), mend: { kind: 'by-hand' } },
    ]);
  });

  test('utf8mb4_0900_bin is exact, utf8mb4_0900_ai_ci and _as_cs are not', async () => {
    for (const [collation, problems] of [
      ['utf8mb4_0900_bin', 0],
      ['utf8mb4_0900_ai_ci', 1],
      ['utf8mb4_0900_as_cs', 1],
    ] as const) {
      const columns = SOUND.map((row) =>
        row[0] === 'user_id' ? row.map((value) => (value === 'utf8mb4_bin' ? collation : value)) : row,
      );
      const facts = await readTableFacts(answering(columns, KEY), map);
      expect(judgeTable(facts!, map, settings).problems.length).toBe(problems);
    }
  });
});
