import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileUnreadable } from '../../src/lib/formats/format.js';
import { JournalUnavailable } from '../../src/lib/journal/journal.js';
import type { SyncParts } from '../../src/lib/sync/parts.js';
import { fc } from '../support/property.js';
import { line, lines, SyncRig, TITLE } from './rig.js';

let rig: SyncRig;

beforeEach(() => {
  rig = new SyncRig();
});
afterEach(() => rig.close());

const BAD = '9 1009 31/02/2026 07:59:00 AM FP\r\n';

describe('law 2: one identity', () => {
  it('a pass that ends anywhere and one that ends well store every punch once', async () => {
    const property = fc.asyncProperty(
      fc.array(fc.nat({ max: 8 }), { maxLength: 8 }),
      fc.integer({ min: 0, max: 3 }),
      async (failures, bad) => {
        const one = new SyncRig();
        try {
          one.write('a.txt', TITLE + lines(1, 2_200) + BAD.repeat(bad) + lines(3_000, 900));
          one.write('b.txt', lines(10_000, 300));
          for (const appends of failures) await failingAfter(one, appends);
          await one.pass();
          expect(new Set(one.users()).size).toBe(3_400);
          expect(one.journal.totals()).toMatchObject({
            waiting: 3_400,
            duplicates: 0,
            quarantined: bad > 0 ? 1 : 0,
          });
          expect((await one.pass()).totals).toMatchObject({ punches: 0, duplicates: 0, rejected: 0 });
        } finally {
          one.close();
        }
      },
    );
    await fc.assert(property, { numRuns: 8 });
  }, 60_000);

  it('a punch that a device sent before stays its own', async () => {
    await rig.journal.append({
      source: 'adms',
      receivedAt: rig.now,
      punches: [{ ...rigPunch('ABC123', '1001', '2026-01-01 01:00:01'), proven: true }],
    });
    rig.write('a.txt', lines(1, 2));
    expect(await rig.passOf('a.txt')).toMatchObject({ punches: 1, duplicates: 1 });
    expect(rig.punches().map(({ deviceSn }) => deviceSn)).toEqual(['ABC123', 'HIP_DEVICE_1']);
  });

  it.each([
    ['made', new Map(), new Map([['1', 'SERIAL_A']]), 'HIP_DEVICE_1'],
    ['changed', new Map([['1', 'SERIAL_A']]), new Map([['1', 'SERIAL_B']]), 'SERIAL_A'],
    ['removed', new Map([['1', 'SERIAL_A']]), new Map(), 'SERIAL_A'],
  ])(
    'rows keep their first identity when a mapping is %s, even where the file is read anew',
    async (_, before, after, name) => {
      rig.context = { machines: before };
      rig.write('1_attlog.dat', attlog(1, 2, 3));
      expect(await rig.passOf('1_attlog.dat')).toMatchObject({ format: 'zk-attlog', punches: 3 });
      rig.context = { machines: after };
      rig.write('1_attlog.dat', attlog(9, 1, 2, 3));
      expect(await rig.passOf('1_attlog.dat')).toMatchObject({ punches: 1, duplicates: 3 });
      const names = rig.punches().map(({ deviceSn }) => deviceSn);
      expect(names.slice(0, 3)).toEqual([name, name, name]);
      expect(names[3]).toBe(after.get('1') ?? 'HIP_DEVICE_1');
    },
  );

  it('rows keep their first identity when the default name changes', async () => {
    rig.write('a.txt', lines(1, 2));
    await rig.pass();
    rig.context = { defaultDeviceSn: 'GATE' };
    rig.write('a.txt', TITLE + lines(1, 3));
    expect(await rig.passOf('a.txt')).toMatchObject({ punches: 1, duplicates: 2 });
    expect(rig.punches().map(({ deviceSn }) => deviceSn)).toEqual(['HIP_DEVICE_1', 'HIP_DEVICE_1', 'GATE']);
  });
});

describe('law 3: nothing is discarded', () => {
  it('every line is a punch, known, refused or skipped', async () => {
    rig.write(
      'a.txt',
      `${TITLE}${lines(1, 2)}${line(2)}${BAD}garbage without any date\r\n\r\n${lines(3, 1)}`,
    );
    const { totals } = await rig.pass();
    expect(totals.punches + totals.duplicates + totals.rejected + totals.skipped).toBe(9);
    expect(rig.journal.totals()).toMatchObject({ waiting: 3, duplicates: 1, skipped: totals.skipped });
  });

  it('refused lines go to quarantine with file, line and reason', async () => {
    rig.write('a.txt', `${TITLE}${lines(1, 1)}${BAD}`);
    expect((await rig.passOf('a.txt')).rejected).toEqual([
      { line: 4, reason: 'date-invalid', text: BAD.trimEnd() },
    ]);
    const [item] = rig.journal.quarantine();
    expect(item).toMatchObject({ source: 'file:a.txt', reason: 'date-invalid (line 4)', count: 1 });
    const content = rig.journal.quarantineItem(item!.id)!;
    expect(new TextDecoder().decode(content.content)).toBe(BAD.trimEnd());
    expect(JSON.parse(content.origin!)).toMatchObject({
      file: rig.path('a.txt'),
      line: 4,
      format: 'hip-alog',
      reason: 'date-invalid',
    });
  });

  it('a file of nothing but bad lines is listed in part and kept in whole', async () => {
    const bad = Array.from({ length: 1_500 }, (_, i) => `${i} ${i + 1} 31/02/2026 07:59:00 AM FP\r\n`).join(
      '',
    );
    rig.write('a.txt', lines(1, 5) + bad);
    const report = await rig.pass();
    expect(report.files[0]?.rejected).toHaveLength(1_000);
    expect(report.files[0]?.remarks.join()).toContain('500 more lines were refused');
    expect(report.totals.rejected).toBe(1_500);
    expect(rig.journal.totals().quarantined).toBe(1_500);
  });
});

describe('a stop signal', () => {
  it('ends the pass after the chunk under way, and the next pass goes on from there', async () => {
    rig.write('a.txt', lines(1, 3_000));
    const controller = new AbortController();
    rig.parts = { signal: controller.signal, onProgress: () => controller.abort() };
    expect(await rig.passOf('a.txt')).toMatchObject({ punches: 1_000 });
    rig.parts = {};
    expect(await rig.passOf('a.txt')).toMatchObject({ punches: 2_000, duplicates: 0 });
  });
});

describe('several chunks in one transaction', () => {
  it('store the same with fewer commits, and a refused line with what was settled then', async () => {
    const text = `${lines(1, 4_500)}1 31/02/2026 x\r\n${lines(4_501, 4_500)}`;
    rig.write('a.txt', text);
    let appends = 0;
    const { journal } = rig;
    const counting: SyncParts['journal'] = {
      append: (entry) => {
        if (entry.punches.length > 0) appends += 1;
        return journal.append(entry);
      },
      checkpoint: (file) => journal.checkpoint(file),
    };
    rig.parts = { chunksAtOnce: () => 4, journal: counting };
    const report = await rig.passOf('a.txt');
    expect(report).toMatchObject({ punches: 9_000, duplicates: 0, rejected: [{ line: 4_501 }] });
    expect(appends).toBeLessThanOrEqual(4);
    expect(rig.punches().length).toBe(9_000);
    expect(await rig.passOf('a.txt')).toMatchObject({ state: 'unchanged' });
  });

  it('are stored also where the file cannot be read to its end', async () => {
    rig.write('a.txt', lines(1, 9_000));
    const { choose } = rig.createParts();
    const failing: SyncParts['choose'] = (request) => {
      const { format, hint } = choose(request);
      return { hint, format: format && { ...format, read: (...args) => cutAfter(6, format.read(...args)) } };
    };
    rig.parts = { chunksAtOnce: () => 4, choose: failing };
    expect(await rig.passOf('a.txt')).toMatchObject({ punches: 6_000, problem: { reason: 'damaged' } });
    rig.parts = { chunksAtOnce: () => 4 };
    expect(await rig.passOf('a.txt')).toMatchObject({ punches: 3_000, duplicates: 0 });
  });
});

async function* cutAfter<T>(count: number, items: AsyncIterable<T>): AsyncGenerator<T> {
  let left = count;
  for await (const item of items) {
    if (left === 0) throw new FileUnreadable('damaged', 'The disk cannot read on.');
    left -= 1;
    yield item;
  }
}

/** A pass whose journal can't be written to after so many appends: what a kill leaves behind, without the kill. */
async function failingAfter(one: SyncRig, appends: number): Promise<void> {
  let left = appends;
  const { journal } = one;
  const failing: SyncParts['journal'] = {
    append: (entry) => {
      left -= 1;
      return left < 0
        ? Promise.reject(new JournalUnavailable('io', 'the disk is gone'))
        : journal.append(entry);
    },
    checkpoint: (file) => journal.checkpoint(file),
  };
  one.parts = { journal: failing };
  await one.pass().catch((error: unknown) => expect(error).toBeInstanceOf(JournalUnavailable));
  one.parts = {};
}

function attlog(...users: readonly number[]): string {
  return users.map((user) => `${user}\t2026-01-15 07:58:${10 + user}\t1\t0\t1\t0\r\n`).join('');
}

function rigPunch(deviceSn: string, userId: string, time: string) {
  return {
    deviceSn,
    userId,
    time,
    status: 0,
    verify: 1,
    workCode: null,
    raw: 'x',
    suspect: null,
    precision: 'second' as const,
  };
}
