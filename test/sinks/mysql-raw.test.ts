import { beforeEach, describe, expect, test } from 'vitest';
import { withDatabase } from '../support/database.js';
import { punch, withSinks } from './mysql-rig.js';

const database = withDatabase();
const createSink = withSinks(database);

beforeEach(async () => {
  await database.sql('DROP TABLE IF EXISTS device_logs');
});

async function createTable(raw: string): Promise<void> {
  await database.sql(
    `CREATE TABLE device_logs (id INT PRIMARY KEY AUTO_INCREMENT, device_sn VARCHAR(64) NOT NULL,
       user_id VARCHAR(64) NOT NULL, check_time DATETIME NOT NULL, status SMALLINT, verify_type SMALLINT,
       raw_data ${raw}, UNIQUE (device_sn, user_id, check_time)) CHARSET=utf8mb4 COLLATE=utf8mb4_bin`,
  );
}

describe('raw text that the column cannot hold is escaped or cut, and the punch is stored', () => {
  test.each([
    ['TEXT CHARACTER SET utf8mb4', 'é ก ລ 😀', 'é ก ລ 😀'],
    ['TEXT CHARACTER SET utf8mb3', 'é ก ລ 😀', 'é ก ລ \\u{1F600}'],
    ['TEXT CHARACTER SET latin1', 'é ก ລ 😀', 'é \\u{E01} \\u{EA5} \\u{1F600}'],
    ['TEXT CHARACTER SET tis620', 'é ก ລ 😀', '\\u{E9} ก \\u{EA5} \\u{1F600}'],
    ['TEXT CHARACTER SET ascii', 'é ก', '\\u{E9} \\u{E01}'],
    ['TEXT CHARACTER SET ucs2', 'é ก ລ 😀', 'é ก ລ \\u{1F600}'],
    ['TEXT CHARACTER SET utf16', 'é ก ລ 😀', 'é ก ລ 😀'],
    ['TEXT CHARACTER SET gbk', 'é ก', '\\u{E9} \\u{E01}'],
    ['VARCHAR(5)', 'กขคงจฉช', 'กขคงจ'],
    ['VARCHAR(5)', 'abcd😀efg', 'abcd😀'],
    ['VARCHAR(5)', 'abcdefg', 'abcde'],
    ['VARCHAR(9) CHARACTER SET latin1', 'abกc', 'ab\\u{E01}'],
    ['VARCHAR(8) CHARACTER SET latin1', 'abกc', 'ab'],
    ['TEXT', 'a\0b', 'a\0b'],
    ['TEXT', 'it\'s \\ "x" `y` %_\u001a', 'it\'s \\ "x" `y` %_\u001a'],
  ])('%s: %j is stored as %j', async (column, raw, stored) => {
    await createTable(column);
    const sink = createSink();
    expect((await sink.probe()).faults).toEqual([]);
    const batch = [punch(1, { raw }), punch(2)];
    expect(await sink.write(batch)).toMatchObject({ accepted: [1, 2], rejected: [] });
    expect(await database.sql('SELECT raw_data FROM device_logs ORDER BY id LIMIT 1')).toEqual([
      { raw_data: stored },
    ]);
  });

  test.each([
    ['TINYTEXT', 255, 255],
    ['TEXT', 65_535, 65_535],
    ['BLOB', 65_535, 65_535],
  ])('%s takes its %d bytes of a longer text', async (column, bytes, stored) => {
    await createTable(column);
    const sink = createSink();
    await sink.probe();
    await sink.write([punch(1, { raw: 'x'.repeat(bytes + 1) }), punch(2, { raw: 'ก'.repeat(bytes) })]);
    const rows = await database.sql('SELECT LENGTH(raw_data) AS n FROM device_logs ORDER BY id');
    expect(rows).toEqual([{ n: stored }, { n: stored - (stored % 3) }]);
  });

  test('bytes are stored as UTF-8', async () => {
    await createTable('BLOB');
    const sink = createSink();
    await sink.probe();
    await sink.write([punch(1, { raw: 'é ก 😀' })]);
    const [row] = await database.sql('SELECT raw_data FROM device_logs');
    expect(String(row?.raw_data)).toBe('é ก 😀');
  });

  test('half of a surrogate pair does no harm', async () => {
    await createTable('TEXT');
    const sink = createSink();
    await sink.probe();
    expect(await sink.write([punch(1, { raw: 'a\ud83db' })])).toMatchObject({ accepted: [1] });
  });
});

describe('a key column of another character set', () => {
  test('takes what it can hold, says so, and refuses the other ids one by one', async () => {
    await createTable('TEXT');
    await database.sql(
      'ALTER TABLE device_logs MODIFY user_id VARCHAR(64) CHARACTER SET latin1 COLLATE latin1_bin NOT NULL',
    );
    const sink = createSink();
    const { faults, notes } = await sink.probe();
    expect(faults).toEqual([]);
    expect(notes).toEqual([expect.stringContaining('only the characters of latin1')]);
    const batch = [punch(1, { userId: 'é' }), punch(2, { userId: 'ก' }), punch(3, { userId: '0090' })];
    expect(await sink.write(batch)).toMatchObject({
      accepted: [1, 3],
      inserted: 2,
      rejected: [{ key: 2, code: 'ER_TRUNCATED_WRONG_VALUE_FOR_FIELD' }],
    });
    expect(await sink.write([batch[0]!, batch[2]!])).toMatchObject({ accepted: [1, 3], inserted: 0 });
  });
});
