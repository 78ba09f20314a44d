import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { SyncReport } from '../../src/lib/shell/sync/sync-run.js';
import type { FileReport } from '../../src/lib/sync/report.js';
import { injectFileFaults } from '../support/file-faults.js';
import { freePort } from '../support/ports.js';
import { createProgram } from '../support/program.js';
import { lines, TITLE } from '../sync/rig.js';

/** The built program among files that can't be read: each is reported, the rest goes on. */

const SAMPLE = join(import.meta.dirname, '../files/access-mdb/pm2014-sample/Pm2014-sample.mdb');
const HOUR_MS = 3_600_000;
let folder: string;
let logDir: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hip-sync-trouble-'));
  logDir = join(folder, 'log');
  mkdirSync(logDir);
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(name: string, content: string | Uint8Array): void {
  const path = join(logDir, name);
  writeFileSync(path, content);
  const at = new Date(Date.now() - HOUR_MS);
  utimesSync(path, at, at);
}

async function run(sync: object = {}): Promise<{
  readonly code: number | null;
  readonly report: SyncReport;
  readonly file: (name: string) => FileReport | undefined;
  readonly stderr: string;
}> {
  const hip = await createProgram(folder, { sync: { logDir, ...sync } });
  const spawned = hip.spawn(['sync', '--json']);
  const code = await spawned.ended;
  const { stdout, stderr } = spawned.output();
  const report = JSON.parse(stdout) as SyncReport;
  return { code, report, stderr, file: (name) => report.files.find(({ path }) => path.endsWith(name)) };
}

describe('hip sync', () => {
  it('reads all that can be read beside what is torn, locked, forbidden or cut short under its hands', async () => {
    const database = readFileSync(SAMPLE);
    write('torn.mdb', database.subarray(0, database.length / 2));
    write('locked.txt', `${TITLE}${lines(101, 3)}`);
    write('locked.mdb', database);
    write('forbidden.txt', `${TITLE}${lines(201, 3)}`);
    write('shrinks.txt', `${TITLE}${lines(10_001, 9_000)}`);
    write('good.txt', `${TITLE}${lines(1, 5)}`);
    injectFileFaults({
      open: { 'locked.txt': 'EBUSY', 'locked.mdb': 'EBUSY', 'forbidden.txt': 'EACCES' },
      shrink: { 'shrinks.txt': 70_000 },
    });
    const trouble = await run();
    expect(trouble.code).toBe(4);
    expect(trouble.stderr).toBe('');
    expect(trouble.file('torn.mdb')).toMatchObject({ state: 'unreadable', problem: { reason: 'damaged' } });
    expect(trouble.file('locked.txt')).toMatchObject({ state: 'unreadable', problem: { reason: 'locked' } });
    expect(trouble.file('locked.mdb')).toMatchObject({ state: 'unreadable', problem: { reason: 'locked' } });
    expect(trouble.file('forbidden.txt')).toMatchObject({ problem: { reason: 'no-access' } });
    expect(trouble.file('shrinks.txt')).toMatchObject({
      state: 'unreadable',
      problem: { reason: 'changed' },
    });
    expect(trouble.file('good.txt')).toMatchObject({ state: 'read', punches: 5, problem: null });
    vi.unstubAllEnvs();

    write('torn.mdb', database);
    write('shrinks.txt', `${TITLE}${lines(10_001, 9_000)}`);
    const mended = await run();
    expect(mended.code).toBe(0);
    expect(mended.file('good.txt')).toMatchObject({ state: 'unchanged' });
    expect(mended.report.files.filter(({ state }) => state === 'unreadable')).toEqual([]);
    // Both databases are one content: whichever comes first brings its punches.
    const databases = mended.report.files.filter(({ format }) => format === 'access-mdb');
    const fromDatabases = databases.reduce((sum, { punches }) => sum + punches, 0);
    expect(databases).toHaveLength(2);
    expect(fromDatabases).toBeGreaterThan(0);
    expect(mended.report.waiting).toBe(5 + 3 + 3 + 9_000 + fromDatabases);
  }, 60_000);

  it('goes on to the databases when the folder can not be looked into', async () => {
    const database = join(folder, 'Pm2014.mdb');
    copyFileSync(SAMPLE, database);
    write('unseen.txt', `${TITLE}${lines(1, 5)}`);
    injectFileFaults({ list: { log: 'EACCES' } });
    const { code, report, file } = await run({ accessDb: [database] });
    expect(code).toBe(4);
    expect(file('log')).toMatchObject({ state: 'unreadable', problem: { reason: 'no-access' } });
    expect(file('Pm2014.mdb')).toMatchObject({ state: 'read', format: 'access-mdb' });
    expect(report.waiting).toBe(report.totals.punches);
  }, 30_000);

  it('goes on to the databases when the folder is not there, which is a wrong setting', async () => {
    const database = join(folder, 'Pm2014.mdb');
    copyFileSync(SAMPLE, database);
    rmSync(logDir, { recursive: true });
    const { code, file } = await run({ accessDb: [database] });
    expect(code).toBe(2);
    expect(file('log')).toMatchObject({ state: 'unreadable', problem: { reason: 'not-found' } });
    expect(file('Pm2014.mdb')).toMatchObject({ state: 'read', format: 'access-mdb' });
  }, 30_000);

  it('leaves its punches to a hip serve that can not reach the database, and says why', async () => {
    write('good.txt', `${TITLE}${lines(1, 5)}`);
    const url = `mysql://hip:secret@127.0.0.1:${await freePort()}/away`;
    const hip = await createProgram(folder, { database: { url }, sync: { logDir } });
    const serving = await hip.serve();
    try {
      const sync = hip.spawn(['sync', '--json']);
      expect(await sync.ended).toBe(3);
      const report = JSON.parse(sync.output().stdout) as SyncReport;
      expect(report).toMatchObject({ delivered: 0, waiting: 5, fault: { code: 'HIP_DB_CONNECT' } });
    } finally {
      serving.child.kill('SIGKILL');
      await serving.ended;
    }
  }, 30_000);

  it('lists ten thousand old files without opening one, and reads the new one', async () => {
    for (let number = 0; number < 10_000; number += 1) write(`old-${number}.txt`, TITLE);
    const future = new Date(Date.now() + 48 * HOUR_MS);
    writeFileSync(join(logDir, 'new.txt'), `${TITLE}${lines(1, 5)}`);
    utimesSync(join(logDir, 'new.txt'), future, future);
    const tomorrow = new Date(Date.now() + 24 * HOUR_MS).toISOString().slice(0, 10);
    injectFileFaults({ open: { 'old-7.txt': 'EBUSY' } });
    const { code, report, file } = await run({ ignoreFilesBefore: tomorrow });
    expect(code).toBe(0);
    expect(report.files.filter(({ state }) => state === 'ignored')).toHaveLength(10_000);
    expect(file('new.txt')).toMatchObject({ state: 'read', punches: 5 });
    expect(report.totals).toMatchObject({ files: 10_001, punches: 5, rejected: 0 });
  }, 60_000);
});
