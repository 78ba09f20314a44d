import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { DatabaseCheck } from '../../src/lib/shell/status/database-check.js';
import { withDatabase } from '../support/database.js';
import { onTerminal } from '../support/on-terminal.js';
import { createProgram, type Program } from '../support/program.js';

const database = withDatabase();
let folder = '';

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hip-test-db-'));
  await database.sql('DROP TABLE IF EXISTS device_logs');
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function testDb(
  args: readonly string[] = [],
  settings: object = { url: database.url },
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const program = await createProgram(folder, { database: settings });
  const spawned = program.spawn(['test-db', ...args]);
  const code = await spawned.ended;
  return { code, ...spawned.output() };
}

function databaseProgram(): Promise<Program> {
  return createProgram(folder, { database: { url: database.url } });
}

function states(stdout: string): string[] {
  const { links } = JSON.parse(stdout) as DatabaseCheck;
  return links.map(({ name, state }) => `${name} ${state}`);
}

describe('hip test-db', () => {
  test('without a database says what to set, exit 2', async () => {
    const { code, stderr } = await testDb([], {});
    expect(code).toBe(2);
    expect(stderr).toMatch(/No database is configured/);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  test('creates the table on request only, then exits 0', async () => {
    const before = await testDb();
    expect(before.code).toBe(3);
    expect(before.stdout).toMatch(/FAIL {2}table .*does not exist/);
    expect(before.stdout).toContain('hip test-db --create');
    expect((await testDb(['--create'])).code).toBe(0);
    const after = await testDb(['--json']);
    expect(after.code).toBe(0);
    expect(states(after.stdout)).toEqual([
      'configuration ok',
      'dns ok',
      'tcp ok',
      'tls ok',
      'login ok',
      'rights ok',
      'table ok',
      'key ok',
      'latency ok',
      'clock ok',
    ]);
  });

  test('a wrong password and a dead port exit 3, and no password is shown', async () => {
    const wrong = new URL(database.url);
    wrong.password = 'not-it-at-all';
    const login = await testDb([], { url: wrong.href });
    expect(login.code).toBe(3);
    expect(login.stdout).toMatch(/FAIL {2}login/);
    expect(login.stdout + login.stderr).not.toContain('not-it-at-all');
    const dead = await testDb(['--json'], { url: 'mysql://hip:secret@127.0.0.1:1/hip' });
    expect(dead.code).toBe(3);
    expect(states(dead.stdout)).toContain('tcp fail');
  });

  test('--fix shows its plan, leaves doubles alone until told, and then mends', async () => {
    await database.sql(
      'CREATE TABLE device_logs (id INT AUTO_INCREMENT PRIMARY KEY, device_sn VARCHAR(50), user_id INT, check_time TIMESTAMP, status TINYINT, verify_type TINYINT, raw_data TEXT)',
    );
    await database.sql(
      "INSERT INTO device_logs (device_sn, user_id, check_time) VALUES ('A', 1, '2026-01-05 08:00:00'), ('A', 1, '2026-01-05 08:00:00'), ('A', 2, '2026-01-05 08:00:00')",
    );
    const told = await testDb();
    expect(told.code).toBe(3);
    expect(told.stdout).toContain('-> hip test-db --fix');
    const refused = await testDb(['--fix']);
    expect(refused.code).toBe(3);
    expect(refused.stdout).toMatch(/The plan:\n {2}1\. move 1 row with/);
    expect(refused.stdout).toContain('--remove-duplicates');
    expect(await database.sql('SELECT COUNT(*) AS n FROM device_logs')).toEqual([{ n: 3 }]);
    const mended = await testDb(['--fix', '--remove-duplicates']);
    expect(mended.code).toBe(0);
    expect(mended.stdout).toMatch(/Done\. 1 row moved to device_logs_removed_\d{14}\./);
    expect(await database.sql('SELECT id, user_id FROM device_logs ORDER BY id')).toEqual([
      { id: 1, user_id: '1' },
      { id: 3, user_id: '2' },
    ]);
    const { result } = JSON.parse((await testDb(['--fix', '--json'])).stdout) as DatabaseCheck;
    expect(result).toBeNull();
  });

  test('--fix asks on a terminal: Enter changes nothing, yes does', async () => {
    await database.sql(
      'CREATE TABLE device_logs (id INT AUTO_INCREMENT PRIMARY KEY, device_sn VARCHAR(50), user_id INT, check_time TIMESTAMP, status TINYINT, verify_type TINYINT, raw_data TEXT)',
    );
    const no = await onTerminal(await databaseProgram(), ['test-db', '--fix'], '');
    expect(no.text).toMatch(/The plan:(?:.|\s)*Change the table so\? \[no\]:(?:.|\s)*Nothing was changed/);
    expect(no.code).toBe(3);
    const yes = await onTerminal(await databaseProgram(), ['test-db', '--fix'], 'yes');
    expect(yes.text).toContain('Done.');
    expect(yes.code).toBe(0);
  });

  test('--remove-duplicates alone is a slip, exit 2', async () => {
    expect((await testDb(['--remove-duplicates'])).code).toBe(2);
  });
});
