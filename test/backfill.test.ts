import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Backfill } from '../src/lib/backfill.js';
import { queueCommand } from '../src/lib/device-commands/queue.js';
import { ASKED_FOR_ALL } from '../src/lib/dialects/dialect.js';
import type { Journal } from '../src/lib/journal/journal.js';
import { openJournal } from '../src/lib/journal/open.js';
import { restoreJournal } from '../src/lib/journal/restore.js';
import { silentLog } from '../src/lib/log.js';
import { wallSeconds } from '../src/lib/punch.js';
import { createWallClock } from '../src/lib/time-zone.js';
import { TestDevice } from './clock-guard/contacts.js';

let folder: string;
let journal: Journal;
let device: TestDevice;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hip-backfill-'));
  device = new TestDevice('fkweb');
  journal = open();
});
afterEach(() => {
  journal.close();
  rmSync(folder, { recursive: true });
});

function open(): Journal {
  return openJournal({ dataDir: folder, clock: () => new Date(device.nowMs) });
}

function create(): Backfill {
  return new Backfill({ journal, wallClock: createWallClock('+00:00'), log: silentLog });
}

/** As in `hip serve`: the contact is looked at, stored, and what is due is given in a later turn. */
async function hears(backfill: Backfill, one = device): Promise<void> {
  const { facts, stamps } = journal.deviceState(one.sn) ?? { facts: {}, stamps: {} };
  Object.assign(one, { facts: { ...facts }, stamps: { ...stamps } });
  backfill.contact(one.poll());
  const spoken = { sn: one.sn, dialect: one.dialect };
  await journal.append({ source: one.dialect, receivedAt: new Date(one.nowMs), punches: [], device: spoken });
  await backfill.turn(one.nowMs);
}

/** Polls every ten seconds for so long. */
async function hearsFor(backfill: Backfill, seconds: number): Promise<void> {
  for (let i = 0; i < seconds; i += 10) {
    device.later(10);
    await hears(backfill);
  }
}

function given(): string[] {
  return journal.commands().map(({ verb, text }) => `${verb} ${text}`.trim());
}

async function answers(): Promise<void> {
  const results = journal.commands().map(({ id }) => ({ id, returnCode: 0, command: '', detail: null }));
  await journal.append({
    ...{ source: 'fkweb', receivedAt: new Date(device.nowMs), punches: [] },
    ...{ device: { sn: device.sn }, commandResults: results },
  });
}

describe('a journal that never asked a device', () => {
  it('asks for everything, once, when the device has given what it had by itself', async () => {
    const backfill = create();
    for (let i = 0; i < 5; i += 1) {
      await hearsFor(backfill, 60);
      backfill.contact(device.punches(device.now));
    }
    expect(given()).toEqual([]);
    await hearsFor(backfill, 90);
    expect(given()).toEqual([]);
    await hearsFor(backfill, 600);
    expect(given()).toEqual(['resend']);
    await answers();
    await hearsFor(create(), 600);
    expect(given()).toEqual(['resend']);
  });

  it('does not where the handshake asked', async () => {
    device = new TestDevice('adms');
    const backfill = create();
    const stamps = { [ASKED_FOR_ALL]: '2026-11-22T12:00:00.000Z' };
    backfill.contact(device.poll({ stamps }));
    await journal.append({
      ...{ source: 'adms', receivedAt: new Date(device.nowMs), punches: [] },
      device: { sn: device.sn, dialect: 'adms', stamps },
    });
    await hearsFor(backfill, 300);
    expect(given()).toEqual([]);
  });

  it('asks again after it was restored', async () => {
    await hears(create());
    await hearsFor(create(), 10);
    const backfill = create();
    await hearsFor(backfill, 120);
    await answers();
    expect(given()).toEqual(['resend']);
    const copy = join(folder, 'copy.db');
    await journal.backup(copy);
    journal.close();
    await restoreJournal(copy, { dataDir: folder });
    journal = open();
    await hearsFor(create(), 120);
    expect(given()).toEqual(['resend', 'resend']);
  });

  it('asks nothing of clients that fetch no commands', async () => {
    device = new TestDevice('plain');
    await hearsFor(create(), 300);
    expect(given()).toEqual([]);
  });
});

describe('a gap', () => {
  async function known(): Promise<void> {
    const stamps = { [ASKED_FOR_ALL]: '2026-01-01T00:00:00.000Z' };
    const spoken = { sn: device.sn, dialect: device.dialect, stamps };
    await journal.append({
      source: device.dialect,
      receivedAt: new Date(device.nowMs),
      punches: [],
      device: spoken,
    });
  }

  it('while this program was away is asked for, with an hour on both sides, once', async () => {
    await known();
    device.later(7_200);
    const backfill = create();
    await hears(backfill);
    await hearsFor(backfill, 300);
    expect(given()).toEqual(['resend {"from":"2026-11-22 11:00:00","to":"2026-11-22 15:00:00"}']);
    await answers();
    await hearsFor(create(), 300);
    expect(given()).toHaveLength(1);
  });

  it('while the device was unreachable is one as well', async () => {
    await known();
    const backfill = create();
    await hearsFor(backfill, 60);
    device.later(3_600);
    await hears(backfill);
    expect(given()).toEqual(['resend {"from":"2026-11-22 11:01:00","to":"2026-11-22 14:01:00"}']);
  });

  it('of ten minutes is none', async () => {
    await known();
    const backfill = create();
    device.later(600);
    await hears(backfill);
    await hearsFor(backfill, 60);
    expect(given()).toEqual([]);
  });

  it('is widened by what the clock is known to be off', async () => {
    await known();
    const facts = { clockOffsetSeconds: String(-25_200) };
    await journal.append({
      ...{ source: 'fkweb', receivedAt: new Date(device.nowMs), punches: [] },
      device: { sn: device.sn, facts },
    });
    device.later(7_200);
    await hears(create());
    const range = JSON.parse(journal.commands()[0]!.text) as { from: string; to: string };
    expect(wallSeconds(range.from)).toBe(wallSeconds('2026-11-22 11:00:00') - 25_200);
    expect(range.to).toBe('2026-11-22 15:00:00');
  });

  it('waits while the device is asked already, and nothing piles up', async () => {
    await known();
    queueCommand(journal, { deviceSn: device.sn, verb: 'resend', range: { from: '2026-10-01 00:00:00' } });
    const backfill = create();
    for (let i = 0; i < 50; i += 1) {
      device.later(1_200);
      await hears(backfill);
    }
    expect(given()).toHaveLength(1);
    await answers();
    await hearsFor(backfill, 120);
    expect(given()).toHaveLength(2);
    // From the first silence on, whose answer nobody has got yet.
    expect(given()[1]).toContain('"from":"2026-11-22 11:00:00"');
  });
});
