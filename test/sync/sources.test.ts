import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { JournalUnavailable } from '../../src/lib/journal/journal.js';
import type { SyncParts } from '../../src/lib/sync/parts.js';
import { HOUR_MS, line, lines, MINUTE_MS, SyncRig } from './rig.js';

const FILES = join(dirname(dirname(fileURLToPath(import.meta.url))), 'files');
const ATT2000 = join(FILES, 'access-mdb/att2000-sample/att2000-sample.mdb');

let rig: SyncRig;

beforeEach(() => {
  rig = new SyncRig();
});
afterEach(() => rig.close());

describe('what is read', () => {
  it('is every file of the folder, the oldest first, and of no folder within', async () => {
    rig.write('b.txt', line(1), new Date(rig.now.getTime() - 2 * HOUR_MS));
    rig.write('a.txt', line(2));
    mkdirSync(rig.path('processed'));
    rig.write('processed/c.txt', line(3));
    for (const name of ['Pm2014.ldb', '~$list.xlsx', '.hidden', 'Thumbs.db']) rig.write(name, 'x');
    for (const name of ['2026', '2025', '.git']) mkdirSync(rig.path(name));
    const { files, foldersNotRead } = await rig.pass();
    expect(files.map(({ path }) => path)).toEqual([rig.path('b.txt'), rig.path('a.txt')]);
    expect(foldersNotRead).toEqual([rig.path('2025'), rig.path('2026')]);
  });

  it('leaves out what is older than the settings say, and lists it', async () => {
    rig.settings = { ignoreBefore: new Date(rig.now.getTime() - 24 * HOUR_MS) };
    rig.write('old.txt', line(1), new Date(rig.now.getTime() - 25 * HOUR_MS));
    rig.write('new.txt', line(2));
    expect((await rig.pass()).files).toMatchObject([
      { state: 'ignored', format: null },
      { state: 'read', punches: 1 },
    ]);
  });

  it('is never a guess: a file that no format knows is reported', async () => {
    rig.write('notes.txt', 'dear diary\nnothing happened\n');
    rig.write('a.txt', line(1));
    const report = await rig.passOf('notes.txt');
    expect(report).toMatchObject({ state: 'unclaimed', format: null, problem: { reason: 'unclaimed' } });
    expect(rig.users()).toEqual(['1001']);
  });

  it('is read anew when another format is forced', async () => {
    rig.write('a.txt', '1001\t2026-01-15 07:58:12\t0\t1\t0\t0\t0\n');
    expect((await rig.passOf('a.txt')).state).toBe('unclaimed');
    rig.settings = { forcedFormat: 'adms-body' };
    rig.parts = { reader: 'other settings' };
    expect(await rig.passOf('a.txt')).toMatchObject({ state: 'read', format: 'adms-body', punches: 1 });
  });
});

describe('what can not be read', () => {
  it('is reported, and the rest goes on: a folder that is missing, a database that is a folder', async () => {
    mkdirSync(rig.path('Pm2014.mdb'));
    const missing = join(rig.folder, 'gone');
    rig.settings = {
      sources: [
        { kind: 'folder', path: missing },
        { kind: 'database', path: rig.path('Pm2014.mdb') },
        { kind: 'folder', path: rig.logDir },
      ],
    };
    rig.write('a.txt', line(1));
    const { files, totals } = await rig.pass();
    expect(files).toMatchObject([
      { path: missing, state: 'unreadable', problem: { reason: 'not-found' } },
      { path: rig.path('Pm2014.mdb'), state: 'unreadable', problem: { reason: 'not-a-file' } },
      { path: rig.path('a.txt'), state: 'read' },
    ]);
    expect(totals.punches).toBe(1);
  });

  it('is tried again: a database that was torn by its program', async () => {
    const whole = readFileSync(ATT2000);
    rig.write('att2000.mdb', whole.subarray(0, 16_384));
    rig.write('a.txt', line(1));
    expect(await rig.passOf('att2000.mdb')).toMatchObject({
      state: 'unreadable',
      format: 'access-mdb',
      problem: { reason: 'damaged' },
    });
    expect(rig.users()).toEqual(['1001']);
    rig.write('att2000.mdb', whole);
    expect(await rig.passOf('att2000.mdb')).toMatchObject({ state: 'read', punches: 3 });
  });

  it('is a file that holds on to a full quarantine; the others are read', async () => {
    rig.write(
      'bad.txt',
      `${line(1)}2 1002 31/02/2026 07:59:00 AM FP\r\n`,
      new Date(rig.now.getTime() - 2 * HOUR_MS),
    );
    rig.write('good.txt', line(3));
    rig.parts = { journal: withFullQuarantine() };
    expect((await rig.pass()).files).toMatchObject([
      { state: 'unreadable', punches: 0, problem: { reason: 'quarantine-full' } },
      { state: 'read', punches: 1 },
    ]);
    rig.parts = {};
    expect(await rig.passOf('bad.txt')).toMatchObject({ state: 'read', punches: 1, rejected: [{ line: 2 }] });
  });

  it('holds back no more of such a file than the chunk of the refused line', async () => {
    rig.write('bad.txt', `${lines(1, 3_500)}9 1009 31/02/2026 07:59:00 AM FP\r\n${lines(4_000, 2_000)}`);
    rig.parts = { journal: withFullQuarantine(), chunksAtOnce: () => 8 };
    expect(await rig.passOf('bad.txt')).toMatchObject({ state: 'unreadable', punches: 3_000 });
    rig.parts = { chunksAtOnce: () => 8 };
    expect(await rig.passOf('bad.txt')).toMatchObject({ state: 'read', punches: 2_500, duplicates: 0 });
  });

  it('names ten thousand old files in a moment once they are read', async () => {
    for (let number = 0; number < 10_000; number += 1) {
      writeFileSync(rig.path(`${number}.txt`), number % 100 === 0 ? line(number) : '');
      rig.touch(`${number}.txt`, new Date(rig.now.getTime() - 100 * 24 * HOUR_MS + number));
    }
    rig.settings = { ignoreBefore: new Date(rig.now.getTime() - HOUR_MS) };
    rig.write('new.txt', line(20_000), rig.now);
    const { files, totals } = await rig.pass();
    expect(files.filter(({ state }) => state === 'ignored')).toHaveLength(10_000);
    expect(totals).toMatchObject({ files: 10_001, punches: 1 });
  }, 60_000);
});

describe('databases', () => {
  it('are read whole and only when their content is another', async () => {
    copyFileSync(ATT2000, join(rig.folder, 'att2000.mdb'));
    rig.settings = { sources: [{ kind: 'database', path: join(rig.folder, 'att2000.mdb') }] };
    expect((await rig.pass()).files).toMatchObject([
      { state: 'read', format: 'access-mdb', punches: 3, rejected: [{ reason: 'user-not-found' }] },
    ]);
    const before = rig.journal.totals();
    rig.later(HOUR_MS);
    expect((await rig.pass()).files).toMatchObject([{ state: 'unchanged', rejected: [] }]);
    expect(rig.journal.totals()).toEqual(before);
  });

  it('leave nothing behind in the folder for temporary files', async () => {
    const { tmpdir } = await import('node:os');
    const copies = (): string[] => readdirSync(tmpdir()).filter((name) => /^hip-sync-\w{6}$/.test(name));
    const before = copies();
    rig.write('x.mdb', readFileSync(ATT2000));
    rig.write('y.mdb', readFileSync(ATT2000).subarray(0, 9_000));
    await rig.pass();
    expect(copies().filter((name) => !before.includes(name))).toEqual([]);
  });
});

describe('sync.archive: move', () => {
  beforeEach(() => {
    rig.settings = { archive: true };
  });

  it('moves what is in the journal and still, under a name that nobody has', async () => {
    mkdirSync(rig.path('processed'));
    writeFileSync(rig.path('processed/a.txt'), 'of last year');
    rig.write('a.txt', lines(1, 2));
    expect(await rig.passOf('a.txt')).toMatchObject({
      punches: 2,
      archivedTo: rig.path('processed/a-2.txt'),
    });
    expect(readFileSync(rig.path('processed/a.txt'), 'utf8')).toBe('of last year');
    expect(readFileSync(rig.path('processed/a-2.txt'), 'latin1')).toBe(lines(1, 2));
    expect(existsSync(rig.path('a.txt'))).toBe(false);
  });

  it('waits until a file has been still for 15 minutes and has no line that waits', async () => {
    rig.write('a.txt', lines(1, 2), rig.now);
    rig.write('b.txt', `${lines(3, 1)}2 1002 15/01`);
    expect((await rig.pass()).files.map(({ archivedTo }) => archivedTo)).toEqual([null, null]);
    rig.later(15 * MINUTE_MS);
    expect(await rig.passOf('a.txt')).toMatchObject({
      state: 'unchanged',
      archivedTo: rig.path('processed/a.txt'),
    });
    expect(await rig.passOf('b.txt')).toMatchObject({ pendingTail: { line: 2 }, archivedTo: null });
  });

  it('never moves a database, an ignored file or one that nobody claims', async () => {
    rig.settings = { archive: true, ignoreBefore: new Date(rig.now.getTime() - 24 * HOUR_MS) };
    rig.write('x.mdb', readFileSync(ATT2000));
    rig.write('notes.txt', 'dear diary\n');
    rig.write('old.txt', line(1), new Date(rig.now.getTime() - 48 * HOUR_MS));
    await rig.pass();
    await rig.pass();
    expect(readdirSync(rig.logDir).sort()).toEqual(['notes.txt', 'old.txt', 'x.mdb']);
  });

  it('says when a file can not be moved, which is no fault of the file', async () => {
    writeFileSync(rig.path('processed'), 'no folder');
    rig.write('a.txt', lines(1, 2));
    const report = await rig.passOf('a.txt');
    expect(report).toMatchObject({ state: 'read', punches: 2, archivedTo: null });
    expect(report.remarks.join()).toContain('It could not be moved to processed');
  });

  it('knows a file again that comes back', async () => {
    rig.write('a.txt', lines(1, 4));
    await rig.pass();
    copyFileSync(rig.path('processed/a.txt'), rig.path('again.txt'));
    expect(await rig.passOf('again.txt')).toMatchObject({ state: 'unchanged', punches: 0, duplicates: 0 });
  });
});

function withFullQuarantine(): SyncParts['journal'] {
  const { journal } = rig;
  return {
    append: (entry) =>
      entry.unread
        ? Promise.reject(new JournalUnavailable('quarantine-full', 'The quarantine is full.'))
        : journal.append(entry),
    checkpoint: (file) => journal.checkpoint(file),
  };
}
