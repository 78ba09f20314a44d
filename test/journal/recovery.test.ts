import {
  closeSync,
  copyFileSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { HipError } from '../../src/lib/errors.js';
import { Database } from '../../src/lib/journal/database.js';
import type { Journal } from '../../src/lib/journal/journal.js';
import type { Punch } from '../../src/lib/punch.js';
import { append, entry, punch, punches, unproven } from '../contracts/journal/samples.js';
import { fc } from '../support/property.js';
import { useChildren } from './children.js';
import { useFolder } from './folder.js';

const folder = useFolder();
const children = useChildren();

const PAGE = 4_096;
const HELD: readonly Punch[] = punches(10, { deviceSn: 'SNC', time: '2026-11-19 08:00:00' });
const ALL: readonly Punch[] = [
  ...Array.from({ length: 30 }, (_, day) =>
    punches(100, {
      deviceSn: day % 2 ? 'SNA' : 'SNB',
      time: `2026-10-${String(day + 1).padStart(2, '0')} 08:00:00`,
    }),
  ).flat(),
  ...HELD,
  unproven({ userId: '0090', time: '2026-11-18 08:00:00' }),
];

/** A journal with some of everything, closed; returns its file. */
async function fill(): Promise<string> {
  const journal = folder.open();
  const device = { sn: 'SNA', dialect: 'adms', facts: { model: 'X' }, stamps: { ATTLOG: '77' } };
  await journal.append(entry(HELD, { holdUnapproved: true }));
  for (let from = 10; from < ALL.length; from += 500) {
    await journal.append(
      entry(ALL.filter((one) => !HELD.includes(one)).slice(from - 10, from + 490), { device }),
    );
  }
  const keys = journal.take(5_000).map(({ key }) => key);
  const rejected = keys.slice(1_000, 1_010).map((key) => ({ key, code: 'ER_BAD', message: 'no' }));
  journal.settle({ target: 'mysql://one', accepted: keys.slice(0, 1_000), rejected });
  const unread = [{ reason: 'no date', bytes: new TextEncoder().encode('rubbish') }];
  const checkpoint = { file: '/logs/a.txt', identity: 'x', sizeBytes: 9, offsetBytes: 4, line: 2 };
  await journal.append(entry([], { device: { sn: 'SNA' }, unread, checkpoint }));
  journal.enqueueCommand({ deviceSn: 'SNA', verb: 'info', text: 'INFO' });
  expect(journal.totals()).toMatchObject({ waiting: 1_991, held: 10, delivered: 1_000, rejected: 10 });
  folder.close(journal);
  return journal.path;
}

function overwrite(file: string, at: number, bytes: Uint8Array): void {
  const handle = openSync(file, 'r+');
  writeSync(handle, bytes, 0, bytes.length, at);
  closeSync(handle);
}

const asides = (): string[] =>
  readdirSync(folder.dataDir()).filter(
    (name) => name.includes('.damaged-') && !name.endsWith('-wal') && !name.endsWith('-shm'),
  );

/** What must hold of any journal that was rebuilt. */
async function expectRebuilt(journal: Journal): Promise<void> {
  expect(journal.notices()).toMatchObject([{ code: 'HIP_JOURNAL_DAMAGED' }]);
  const saved = [...journal.punches({})];
  const { waiting, held, delivered, rejected, quarantined } = journal.totals();
  expect(waiting + held + delivered + rejected).toBe(saved.length);
  expect(quarantined).toBe(journal.quarantine().length);
  expect(journal.take(10_000)).toHaveLength(waiting);
  expect(journal.devices().reduce((sum, { punches }) => sum + punches, 0)).toBe(saved.length);
  for (const { stamps } of journal.devices()) expect(stamps).toEqual({});
  expect(journal.checkpoint('/logs/a.txt')).toBeUndefined();
  // Devices send again: what was lost comes back, what was not stays single.
  expect(await append(journal, ...ALL)).toMatchObject({
    stored: ALL.length - saved.length,
    duplicates: saved.length,
  });
  expect([...journal.punches({})].length).toBe(ALL.length);
  const db = new Database(journal.path, { readOnly: true });
  expect(db.pragma('integrity_check(1)')).toBe('ok');
  db.close();
}

const everySecondPage = (file: string): void => {
  for (let page = 3; page < statSync(file).size / PAGE; page += 7)
    overwrite(file, page * PAGE, new Uint8Array(PAGE));
};

interface Damage {
  readonly name: string;
  readonly harm: (file: string) => void;
  /** At least this many of the punches are still there. */
  readonly saved: number;
}

const DAMAGES: readonly Damage[] = [
  { name: 'no header', harm: (file) => overwrite(file, 0, new Uint8Array(100)), saved: ALL.length },
  {
    name: 'a zeroed first page',
    harm: (file) => overwrite(file, 0, new Uint8Array(PAGE)),
    saved: ALL.length,
  },
  {
    name: 'text over the start',
    harm: (file) => overwrite(file, 0, Buffer.from('not a database at all'.repeat(9))),
    saved: ALL.length,
  },
  {
    name: 'cut to half',
    harm: (file) => truncateSync(file, Math.floor(statSync(file).size / 2 / PAGE) * PAGE),
    saved: 500,
  },
  {
    name: 'cut inside a page',
    harm: (file) => truncateSync(file, statSync(file).size - 1_000),
    saved: 2_500,
  },
  { name: 'zeroed pages', harm: everySecondPage, saved: 500 },
  { name: 'nothing left', harm: (file) => writeFileSync(file, 'gone'.repeat(3_000)), saved: 0 },
  { name: 'an empty file', harm: (file) => writeFileSync(file, ''), saved: 0 },
];

describe('a damaged journal', () => {
  for (const { name, harm, saved } of DAMAGES) {
    it(`${name}: set aside as it is, rebuilt, and said so until dismissed`, async () => {
      const file = await fill();
      harm(file);
      const damaged = readFileSync(file);
      const journal = folder.open();
      expect(journal.totals().waiting + journal.totals().delivered).toBeGreaterThanOrEqual(
        saved && saved - 20,
      );
      await expectRebuilt(journal);
      expect(asides()).toHaveLength(1);
      expect(readFileSync(join(folder.dataDir(), asides()[0]!)).equals(damaged)).toBe(true);
      folder.close(journal);
      const again = folder.open();
      expect(again.notices()).toHaveLength(1);
      expect(again.dismissNotices()).toHaveLength(1);
      expect(again.notices()).toEqual([]);
      expect(asides()).toHaveLength(1);
    });
  }

  it('keeps states, devices, quarantine and commands of what can be read', async () => {
    const file = await fill();
    overwrite(file, 0, new Uint8Array(PAGE));
    const journal = folder.open();
    expect(journal.totals()).toMatchObject({
      waiting: 1_991,
      held: 10,
      delivered: 1_000,
      rejected: 10,
      quarantined: 1,
      target: 'mysql://one',
    });
    expect([...journal.punches({ state: 'rejected', limit: 1 })]).toMatchObject([{ error: 'ER_BAD: no' }]);
    expect(journal.devices()).toMatchObject([
      { sn: 'HIP_DEVICE_1' },
      { sn: 'SNA', facts: { model: 'X' } },
      {},
      {},
    ]);
    expect(journal.commands()).toMatchObject([{ verb: 'info', state: 'waiting' }]);
    expect([...journal.punches({ userId: '90' })]).toMatchObject([{ userId: '0090', source: 'adms' }]);
  });

  it('reads commits that were still in the log, and keeps the log', async () => {
    const file = await fill();
    const journal = folder.open();
    await append(journal, punch({ time: '2026-11-21 08:00:00' }));
    for (const part of ['', '-wal']) copyFileSync(file + part, join(folder.dataDir(), `copy${part}`));
    folder.close(journal);
    for (const part of ['', '-wal']) copyFileSync(join(folder.dataDir(), `copy${part}`), file + part);
    overwrite(file, 40 * PAGE, new Uint8Array(PAGE));
    const log = readFileSync(`${file}-wal`);
    const rebuilt = folder.open();
    expect([...rebuilt.punches({ from: '2026-11-21 00:00:00' })]).toHaveLength(1);
    expect(readFileSync(join(folder.dataDir(), `${asides()[0]}-wal`)).equals(log)).toBe(true);
  });

  it('law 3: nothing is discarded, wherever bits flip', { timeout: 120_000 }, async () => {
    const file = await fill();
    const sound = readFileSync(file);
    /** Bytes that are merely other text are no damage; whatever else was hit, all can be stored again. */
    const sendAll = async (): Promise<void> => {
      const journal = folder.open();
      try {
        const known = [...journal.punches({})].length;
        const { stored, duplicates } = await append(journal, ...ALL);
        expect(stored + duplicates).toBe(ALL.length);
        expect([...journal.punches({})].length).toBe(known + stored);
      } finally {
        folder.close(journal);
      }
    };
    const anyHarm = fc.array(
      fc.record({
        at: fc.integer({ min: 0, max: sound.length - 1 }),
        bytes: fc.uint8Array({ minLength: 1, maxLength: 300 }),
      }),
      { minLength: 1, maxLength: 4 },
    );
    await fc.assert(
      fc.asyncProperty(anyHarm, async (harms) => {
        writeFileSync(file, sound);
        for (const { at, bytes } of harms) overwrite(file, Math.min(at, sound.length - bytes.length), bytes);
        try {
          await sendAll();
        } catch (error) {
          // Four bytes of the header are the layout's number, four SQLite's own: as of another version, left alone.
          if (error instanceof HipError)
            return expect(error.code).toMatch(/^HIP_JOURNAL_(NEWER|UNWRITABLE)$/);
          // What the check at open can't see shows at work; the next open finds and mends it.
          expect(error).toMatchObject({ name: 'JournalUnavailable', reason: 'damaged' });
          await sendAll();
        }
      }),
      { numRuns: 15 },
    );
  });

  it('is not touched while another process has it open', async () => {
    const file = await fill();
    const other = children.start({ does: 'open', dataDir: folder.dataDir() });
    await other.next('ready');
    overwrite(file, 0, new Uint8Array(PAGE));
    expect(() => folder.open()).toThrow(expect.objectContaining({ code: 'HIP_JOURNAL_IN_USE' }));
    expect(asides()).toEqual([]);
    other.signal('SIGKILL');
    await other.ended;
    await expectRebuilt(folder.open());
  });
});
