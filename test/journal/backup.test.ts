import {
  closeSync,
  copyFileSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Database } from '../../src/lib/journal/database.js';
import type { Journal } from '../../src/lib/journal/journal.js';
import { restoreJournal } from '../../src/lib/journal/restore.js';
import { salvageJournal } from '../../src/lib/journal/salvage.js';
import { ARRIVAL, append, entry, minute, punch, punches } from '../contracts/journal/samples.js';
import { useChildren } from './children.js';
import { useFolder } from './folder.js';

const folder = useFolder();
const children = useChildren();

const inFolder = (name: string): string => join(folder.dataDir(), name);
const clock = (): Date => ARRIVAL;

async function fill(journal: Journal): Promise<void> {
  const device = { sn: 'SNA', stamps: { ATTLOG: '77' }, facts: { model: 'X' } };
  await journal.append(entry(punches(100), { device }));
  const keys = journal.take(60).map(({ key }) => key);
  journal.settle({ target: 'mysql://one', accepted: keys, rejected: [] });
}

describe('backup', () => {
  it('is consistent while other processes write, and restores', async () => {
    const journal = folder.open();
    const writer = children.start({ does: 'fill', dataDir: folder.dataDir(), rows: 30_000, deviceSn: 'SN1' });
    await writer.next('stored');
    const copy = inFolder('copy.db');
    await journal.backup(copy);
    await writer.next('stored');
    writer.signal('SIGKILL');
    await writer.ended;
    const db = new Database(copy, { readOnly: true });
    expect(db.pragma('integrity_check(1)')).toBe('ok');
    db.close();
    const before = journal.totals().waiting;
    folder.close(journal);
    const { punches, previous } = await restoreJournal(copy, { dataDir: folder.dataDir(), clock });
    expect(punches).toBeGreaterThanOrEqual(1_000);
    expect(punches).toBeLessThan(before);
    // Each chunk came with its checkpoint.
    const restored = folder.open();
    expect(restored.checkpoint('/logs/big.txt')).toMatchObject({ line: punches });
    expect([...restored.punches({})]).toHaveLength(punches);
    expect(existsSync(previous!)).toBe(true);
  });

  it('refuses an existing file and leaves nothing half done', async () => {
    const journal = folder.open();
    writeFileSync(inFolder('there'), 'mine');
    await expect(journal.backup(inFolder('there'))).rejects.toMatchObject({ code: 'HIP_FILE_EXISTS' });
    expect(readFileSync(inFolder('there'), 'utf8')).toBe('mine');
    await expect(journal.backup(inFolder('no/such/folder'))).rejects.toMatchObject({ name: 'HipError' });
    await append(journal, punch());
  });
});

describe('restore', () => {
  it('puts the copy in place, keeps the present journal, asks devices for everything', async () => {
    const journal = folder.open();
    await fill(journal);
    await journal.backup(inFolder('copy.db'));
    await append(journal, punch({ userId: 'later' }));
    folder.close(journal);
    const { previous } = await restoreJournal(inFolder('copy.db'), { dataDir: folder.dataDir(), clock });
    expect(previous).toBe(`${journal.path}.before-restore-20261120T010000Z`);
    const restored = folder.open();
    expect(restored.totals()).toMatchObject({ waiting: 40, delivered: 60, target: 'mysql://one' });
    expect(restored.devices()).toMatchObject([{ sn: 'SNA', facts: { model: 'X' }, stamps: {} }]);
    expect(restored.notices()).toMatchObject([{ code: 'HIP_JOURNAL_RESTORED', at: ARRIVAL.toISOString() }]);
    const old = new Database(previous!, { readOnly: true });
    expect(old.prepare<{ n: number }>('SELECT count(*) AS n FROM punch').get()).toMatchObject({ n: 101 });
    old.close();
  });

  it('works where there is no journal yet', async () => {
    const journal = folder.open();
    await fill(journal);
    await journal.backup(inFolder('copy.db'));
    const dataDir = inFolder('new/place');
    expect(await restoreJournal(inFolder('copy.db'), { dataDir })).toEqual({ punches: 100, previous: null });
    expect(folder.open({ dataDir }).totals().waiting).toBe(40);
  });

  it('refuses what is no sound copy, or while the journal is open; nothing is changed then', async () => {
    const journal = folder.open();
    await fill(journal);
    await journal.backup(inFolder('copy.db'));
    copyFileSync(inFolder('copy.db'), inFolder('harmed.db'));
    const handle = openSync(inFolder('harmed.db'), 'r+');
    writeSync(handle, new Uint8Array(9_000), 0, 9_000, 8_000);
    closeSync(handle);
    copyFileSync(inFolder('copy.db'), inFolder('newer.db'));
    const newer = new Database(inFolder('newer.db'));
    newer.exec('PRAGMA disk.user_version = 99');
    newer.close();
    writeFileSync(inFolder('text.db'), 'text '.repeat(2_000));
    const restore = (name: string) => restoreJournal(inFolder(name), { dataDir: folder.dataDir() });
    await expect(restore('copy.db')).rejects.toMatchObject({ code: 'HIP_JOURNAL_IN_USE' });
    folder.close(journal);
    await expect(restore('none.db')).rejects.toMatchObject({ code: 'HIP_FILE_UNREADABLE' });
    await expect(restore('text.db')).rejects.toMatchObject({ name: 'HipError' });
    await expect(restore('harmed.db')).rejects.toMatchObject({ code: 'HIP_JOURNAL_DAMAGED' });
    await expect(restore('newer.db')).rejects.toMatchObject({ code: 'HIP_JOURNAL_NEWER' });
    const again = folder.open();
    expect(again.totals()).toMatchObject({ waiting: 40, delivered: 60 });
    expect(again.notices()).toEqual([]);
  });

  it('is finished at the next open when it was cut off', async () => {
    const journal = folder.open();
    await fill(journal);
    await journal.backup(inFolder('copy.db'));
    await append(journal, punch({ userId: 'later' }));
    folder.close(journal);
    // The moment after the new journal was complete: its log is gone, the old one still has the name.
    copyFileSync(inFolder('copy.db'), `${journal.path}.ready`);
    const opened = folder.open();
    expect(opened.totals()).toMatchObject({ waiting: 40, delivered: 60 });
    expect(readdirSync(folder.dataDir()).some((name) => name.includes('.replaced-'))).toBe(true);
  });
});

describe('salvage', () => {
  it('fetches punches and quarantine into the journal, each once', async () => {
    const broken = folder.open({ dataDir: inFolder('broken') });
    await fill(broken);
    await broken.append(entry([minute({ time: '2026-11-18 08:00:00' })], { source: 'file:a.txt' }));
    const unread = [{ reason: 'no date', bytes: new TextEncoder().encode('rubbish') }];
    await broken.append(entry([], { device: { sn: 'SNA' }, unread, origin: 'POST /x' }));
    await broken.append(entry([punch({ deviceSn: 'SNH' })], { holdUnapproved: true }));
    folder.close(broken);
    const handle = openSync(broken.path, 'r+');
    writeSync(handle, new Uint8Array(4_096), 0, 4_096, 0);
    closeSync(handle);
    const harmed = readFileSync(broken.path);

    const journal = folder.open();
    await append(journal, ...punches(30));
    await append(journal, punch({ time: '2026-11-18 08:00:44' }));
    const report = { stored: 71, duplicates: 31, quarantined: 1, lost: 0 };
    expect(await salvageJournal(broken.path, journal)).toEqual(report);
    expect(journal.totals()).toMatchObject({ waiting: 101, held: 1, quarantined: 1 });
    expect(journal.quarantine()).toMatchObject([{ source: 'adms', deviceSn: 'SNA', reason: 'no date' }]);
    expect([...journal.punches({ state: 'held' })]).toMatchObject([{ deviceSn: 'SNH', source: 'adms' }]);
    expect(await salvageJournal(broken.path, journal)).toMatchObject({ stored: 0, duplicates: 102 });
    expect(readFileSync(broken.path).equals(harmed)).toBe(true);
    await expect(salvageJournal(inFolder('none'), journal)).rejects.toMatchObject({
      code: 'HIP_FILE_UNREADABLE',
    });
  });
});
