import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Journal, WaitingPunch } from '../../src/lib/journal/journal.js';
import { openJournal } from '../../src/lib/journal/open.js';
import { type Punch, wallText } from '../../src/lib/punch.js';

const EVERYTHING = 100_000;
const TARGET = 'mysql://test';

let dataDir: string;
let journal: Journal;
/** The same journal as another process sees it: by what is on disk. */
let other: Journal;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'hip-fresh-'));
  const sinkNames = new Map([['GATE', 'gate-1']]);
  journal = openJournal({ dataDir, sinkNames });
  other = openJournal({ dataDir, sinkNames });
});
afterEach(() => {
  journal.close();
  other.close();
  rmSync(dataDir, { recursive: true });
});

describe('what an import stored is taken as it stands on disk', () => {
  it.each([1, 99, 100, 1_000, 1_234])('right after %i punches', async (count) => {
    await importPunches(1, count);
    expectSame(count);
    // From memory, that is: what is read from the disk is made anew each time.
    expect(journal.take(1)[0]).toBe(journal.take(1)[0]);
  });

  it('with every kind of value', async () => {
    const odd = { deviceSn: 'GATE', status: 1, verify: 15, workCode: '7', raw: 'a\0b "quoted" ไทย' };
    await importPunches(1, 250, odd);
    await importPunches(1_000, 250, { ...odd, verify: null, proven: true });
    await append(punches(2_000, 250).map((punch) => ({ ...punch, userId: `00${punch.userId}` })));
    expectSame(750);
    expect(journal.take(1)).toMatchObject([{ deviceName: 'gate-1', raw: 'a\\x00b "quoted" ไทย' }]);
  });

  it('beside punches of devices, of other processes and of files read again', async () => {
    await importPunches(1, 300);
    await journal.append({ source: 'adms', receivedAt: new Date(), punches: punches(5_000, 150) });
    expectSame(450);
    await other.append({ source: 'adms', receivedAt: new Date(), punches: punches(6_000, 150) });
    expectSame(600);
    await importPunches(200, 500);
    expectSame(999);
  });

  it('after verdicts on some, and on all', async () => {
    await importPunches(1, 1_000);
    const first = journal.take(400);
    settle(journal, first.slice(100));
    expectSame(700);
    const [refused] = journal.take(1);
    const error = { key: refused!.key, code: 'ER_DATA_TOO_LONG', message: 'too long' };
    journal.settle({ target: TARGET, accepted: [], rejected: [error] });
    expectSame(699);
    settle(journal, journal.take(EVERYTHING));
    expectSame(0);
    await importPunches(2_000, 500);
    expectSame(500);
  });

  it('after another process delivered it', async () => {
    await importPunches(1, 500);
    settle(other, other.take(EVERYTHING));
    expectSame(0);
    await importPunches(1_000, 500);
    expectSame(500);
  });

  it('where it is more than memory should hold', async () => {
    for (let chunk = 0; chunk < 5; chunk += 1) await importPunches(1 + chunk * 4_000, 4_000);
    expectSame(20_000);
    settle(journal, journal.take(EVERYTHING));
    await importPunches(50_000, 1_000);
    expectSame(1_000);
  });

  it('after a chunk that could not be stored, whose keys are those of the next', async () => {
    const bad = { ...punches(300, 1)[0]!, raw: undefined as unknown as string };
    await expect(append([...punches(1, 250), bad])).rejects.toThrow();
    expectSame(0);
    await importPunches(1_000, 400);
    expectSame(400);
    expect(journal.take(1)).toMatchObject([{ userId: '1000' }]);
  });
});

function expectSame(count: number): void {
  const taken = journal.take(EVERYTHING);
  expect(taken).toHaveLength(count);
  expect(taken).toEqual(other.take(EVERYTHING));
  const middle = taken[Math.floor(count / 2)]?.key ?? 0;
  expect(journal.take(10, middle)).toEqual(other.take(10, middle));
}

function settle(by: Journal, accepted: readonly WaitingPunch[]): void {
  by.settle({ target: TARGET, accepted: accepted.map(({ key }) => key), rejected: [] });
}

function importPunches(first: number, count: number, values: Partial<Punch> = {}): Promise<unknown> {
  return append(punches(first, count, values));
}

function append(chunk: readonly Punch[]): Promise<unknown> {
  const checkpoint = { file: '/log/a.txt', identity: 'i', sizeBytes: 1, offsetBytes: 1, line: 1 };
  return journal.append({ source: 'file:a.txt', receivedAt: new Date(), punches: chunk, checkpoint });
}

function punches(first: number, count: number, values: Partial<Punch> = {}): Punch[] {
  return Array.from({ length: count }, (_, i) => ({
    deviceSn: 'HIP_DEVICE_1',
    userId: String(first + i),
    time: wallText(1_767_225_600 + first + i),
    status: null,
    verify: null,
    workCode: null,
    raw: `line ${first + i}`,
    suspect: null,
    proven: false,
    precision: 'second',
    ...values,
  }));
}
