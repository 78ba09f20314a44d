import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SyncReport } from '../../src/lib/shell/sync/sync-run.js';
import { withDatabase } from '../support/database.js';
import { createProgram, type Program, type Spawned } from '../support/program.js';
import { line, lines, TITLE } from '../sync/rig.js';

const database = withDatabase();
let folder: string;
let logDir: string;
let started: Spawned[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hip-sync-e2e-'));
  logDir = join(folder, 'log');
  mkdirSync(logDir);
  await database.sql('DROP TABLE IF EXISTS device_logs');
});
afterEach(async () => {
  for (const { child } of started) child.kill('SIGKILL');
  await Promise.all(started.map(({ ended }) => ended));
  started = [];
  rmSync(folder, { recursive: true });
});

function program(settings: { readonly sync?: object; readonly database?: object } = {}): Promise<Program> {
  const { sync = {}, ...rest } = settings;
  return createProgram(folder, { database: { url: database.url }, ...rest, sync: { logDir, ...sync } });
}

function write(name: string, text: string, ageMs = 3_600_000): void {
  writeFileSync(join(logDir, name), text);
  const at = new Date(Date.now() - ageMs);
  utimesSync(join(logDir, name), at, at);
}

async function run(
  hip: Program,
  ...args: readonly string[]
): Promise<{ code: number | null; report: SyncReport }> {
  const spawned = hip.spawn(['sync', '--json', ...args]);
  const code = await spawned.ended;
  return { code, report: JSON.parse(spawned.output().stdout) as SyncReport };
}

function start(hip: Program, ...args: readonly string[]): Spawned {
  const spawned = hip.spawn(args);
  started.push(spawned);
  return spawned;
}

async function countRows(): Promise<number> {
  const [row] = await database.sql('SELECT count(*) AS n FROM device_logs');
  return Number(row?.n);
}

describe('hip sync', () => {
  it('reads, delivers and says what it did; a second run has nothing to do', async () => {
    const hip = await program();
    write('a.txt', `${TITLE}${lines(1, 3)}${line(3)}`);
    const first = await run(hip);
    expect(first.code).toBe(0);
    expect(first.report).toMatchObject({
      files: [
        {
          path: join(logDir, 'a.txt'),
          format: 'hip-alog',
          punches: 3,
          duplicates: 1,
          skipped: 2,
          rejected: [],
        },
      ],
      totals: { files: 1, punches: 3, duplicates: 1, skipped: 2, rejected: 0 },
      delivered: 3,
      waiting: 0,
      fault: null,
    });
    expect(
      await database.sql('SELECT device_sn, user_id, status, verify_type FROM device_logs LIMIT 1'),
    ).toEqual([{ device_sn: 'HIP_DEVICE_1', user_id: '1001', status: 0, verify_type: 1 }]);
    const second = await run(hip);
    expect(second.code).toBe(0);
    expect(second.report).toMatchObject({ totals: { punches: 0, duplicates: 0 }, delivered: 0 });
  });

  it('exits 4 when lines were refused, and quarantine retry stores them after a change of settings', async () => {
    write(
      'a.txt',
      '1 1001 15/1/2026 8:00:00 AM FP\r\n2 1002 1/20/2026 8:00:00 AM FP\r\n3 1003 2/3/2026 8:00:00 AM FP\r\n',
    );
    const { code, report } = await run(await program());
    expect(code).toBe(4);
    expect(report.files[0]?.rejected).toEqual([
      { line: 3, reason: 'date-order-ambiguous', text: '3 1003 2/3/2026 8:00:00 AM FP' },
    ]);
    const settled = await program({ sync: { dateOrder: 'mdy' } });
    const retry = start(settled, 'quarantine', 'retry', '--json');
    expect(await retry.ended).toBe(0);
    expect(JSON.parse(retry.output().stdout)).toEqual({ stored: 1, duplicates: 0, remaining: 0 });
    const list = start(settled, 'punches', '--json', '--user', '1003');
    await list.ended;
    expect(JSON.parse(list.output().stdout)).toMatchObject([
      { time: '2026-02-03 08:00:00', source: 'file:a.txt' },
    ]);
  });

  it('exits 0 without a database, and delivers all that waits once there is one', async () => {
    write('a.txt', lines(1, 5));
    const { code, report } = await run(await program({ database: {} }));
    expect(code).toBe(0);
    expect(report).toMatchObject({
      totals: { punches: 5 },
      target: null,
      delivered: 0,
      waiting: 5,
      fault: null,
    });
    expect((await run(await program())).report).toMatchObject({
      totals: { punches: 0 },
      delivered: 5,
      waiting: 0,
    });
    expect(await countRows()).toBe(5);
  });

  it('exits 3 when the database is unreachable, with all punches safe', async () => {
    const url = new URL(database.url);
    url.port = '1';
    write('a.txt', lines(1, 5));
    const { code, report } = await run(await program({ database: { url: url.href } }));
    expect(code).toBe(3);
    expect(report).toMatchObject({ totals: { punches: 5 }, delivered: 0, waiting: 5 });
    expect(report.fault?.code).toMatch(/^HIP_DB_/);
    expect((await run(await program())).report).toMatchObject({ delivered: 5, waiting: 0 });
  });

  it('writes nothing with --dry-run, and yet knows what is known', async () => {
    const hip = await program();
    write('a.txt', lines(1, 3));
    rmSync(join(folder, 'hip.db'), { force: true });
    const before = await run(hip, '--dry-run');
    expect(before.report).toMatchObject({ dryRun: true, totals: { punches: 3 }, waiting: 0, delivered: 0 });
    expect(existsSync(join(folder, 'hip.db'))).toBe(false);
    await run(hip);
    write('b.txt', lines(2, 4));
    const after = await run(hip, '--dry-run');
    expect(after.report).toMatchObject({ totals: { punches: 2, duplicates: 2 }, waiting: 0 });
    expect((await run(hip)).report.totals).toMatchObject({ punches: 2, duplicates: 2 });
  });

  it('is quiet with --once, unless on a terminal, and says what it did without', async () => {
    const hip = await program();
    write('a.txt', lines(1, 3));
    const loud = start(hip, 'sync', '--dry-run');
    await loud.ended;
    expect(loud.output().stdout).toContain('3 new punches, 0 known, 0 refused');
    const quiet = start(hip, 'sync', '--once');
    expect(await quiet.ended).toBe(0);
    expect(quiet.output()).toEqual({ stdout: '', stderr: '' });
  });

  it('exits 4 for a source that fell silent, and hip status says so', async () => {
    const hip = await program({ sync: { staleAfter: '2d' } });
    write('a.txt', lines(1, 3), 3 * 86_400_000);
    const { code, report } = await run(hip);
    expect(code).toBe(4);
    expect(report.sources).toMatchObject([{ path: logDir, stale: true }]);
    const status = start(hip, 'status', '--json');
    await status.ended;
    expect(JSON.parse(status.output().stdout)).toMatchObject({
      sync: { sources: [{ path: logDir, stale: true }] },
    });
  });

  it('exits 2 for a table of its own whose columns are not named', async () => {
    write('a.csv', 'Who,When\r\n1001,2026-01-15 07:58:12\r\n');
    for (const [sync, message] of [
      [{ format: 'csv' }, 'sync.csv.columns names no columns'],
      [{ csv: { columns: { user: 'Who' } } }, 'sync.csv.columns need both user and time'],
    ] as const) {
      const wrong = start(await program({ sync }), 'sync', '--json');
      expect(await wrong.ended).toBe(2);
      const error = { code: 'HIP_CONFIG_INVALID', message: expect.stringContaining(message) };
      expect(JSON.parse(wrong.output().stdout)).toMatchObject({ error });
    }
  });

  it('exits 2 for a folder that does not exist, and when there is nothing to read or to wait for', async () => {
    const hip = await program();
    const missing = start(hip, 'sync', '--json', '--log-dir', join(folder, 'gone'));
    expect(await missing.ended).toBe(2);
    expect(JSON.parse(missing.output().stdout)).toMatchObject({
      files: [{ problem: { reason: 'not-found' } }],
    });
    const watching = start(hip, 'sync', '--watch');
    expect(await watching.ended).toBe(2);
    const bare = await createProgram(folder, {});
    const nothing = start(bare, 'sync', '--json');
    expect(await nothing.ended).toBe(2);
    expect(JSON.parse(nothing.output().stdout)).toMatchObject({ error: { code: 'HIP_USAGE' } });
  });

  it('delivers through a hip serve that is at work on the same data folder', async () => {
    const hip = await program();
    const serving = await hip.serve();
    started.push(serving);
    write('a.txt', lines(1, 2_500));
    const { code, report } = await run(hip);
    expect(code).toBe(0);
    expect(report).toMatchObject({ totals: { punches: 2_500 }, delivered: 2_500, waiting: 0 });
    expect(await countRows()).toBe(2_500);
    expect((await hip.status()).journal).toMatchObject({ delivered: 2_500, waiting: 0 });
  });
});

describe('hip sync --watch', () => {
  it('reads a file that grows line by line to its end, and never half a line', async () => {
    const hip = await program({ sync: { watchFiles: true } });
    const watching = start(hip, 'sync', '--watch', '--json');
    const all = Array.from({ length: 40 }, (_, i) => line(i + 1));
    const file = join(logDir, 'a.txt');
    for (const [index, text] of all.entries()) {
      const middle = 3 + (index % (text.length - 4));
      appendFileSync(file, text.slice(0, middle));
      // Every tenth half line is left for the watcher to find.
      if (index % 10 === 9) {
        const half = { line: index + 1, text: text.slice(0, middle).trimEnd() };
        await expect.poll(() => lastTail(watching), { timeout: 30_000, interval: 50 }).toMatchObject(half);
      }
      appendFileSync(file, text.slice(middle));
    }
    await expect.poll(countRows, { timeout: 30_000, interval: 100 }).toBe(40);
    const rows = await database.sql('SELECT raw_data FROM device_logs ORDER BY id');
    expect(rows.map(({ raw_data }) => raw_data)).toEqual(all.map((text) => text.trimEnd()));
    watching.child.kill('SIGTERM');
    expect(await watching.ended).toBe(0);
  }, 120_000);
});

function lastTail(watching: Spawned): unknown {
  const reports = watching.output().stdout.trim().split('\n').filter(Boolean);
  const last = reports.at(-1);
  return last === undefined ? null : ((JSON.parse(last) as SyncReport).files[0]?.pendingTail ?? null);
}
