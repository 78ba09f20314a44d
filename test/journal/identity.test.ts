import { describe, expect, it } from 'vitest';
import type { Journal } from '../../src/lib/journal/journal.js';
import { type Punch, userKey } from '../../src/lib/punch.js';
import { entry, punch } from '../contracts/journal-contract.js';
import { fc } from '../support/property.js';
import { useFolder } from './folder.js';

const folder = useFolder();

/** Law 2 in its simplest words, to hold the journal against. */
function isSame(stored: Punch, arriving: Punch): boolean {
  if (userKey(stored.userId) !== userKey(arriving.userId)) return false;
  const bothProven = stored.proven && arriving.proven;
  if (bothProven) return stored.deviceSn === arriving.deviceSn && stored.time === arriving.time;
  const toTheMinute = stored.precision === 'minute' || arriving.precision === 'minute';
  const length = toTheMinute ? 'YYYY-MM-DD HH:MM'.length : undefined;
  return stored.time.slice(0, length) === arriving.time.slice(0, length);
}

class Model {
  readonly stored: Punch[] = [];
  duplicates = 0;

  append(arriving: Punch): void {
    const isKnown = this.stored.some((one) => isSame(one, arriving));
    if (isKnown) this.duplicates += 1;
    else this.stored.push(arriving);
  }
}

/** So few users, devices and seconds that most punches meet another one. */
const anyPunch = fc
  .record({
    deviceSn: fc.constantFrom('A', 'B', 'C'),
    userId: fc.constantFrom('1', '01', '2', 'x'),
    second: fc.integer({ min: 0, max: 150 }),
    proven: fc.boolean(),
    precision: fc.constantFrom('second', 'second', 'minute'),
  })
  .map(({ second, precision, ...rest }): Punch => {
    const seconds = precision === 'minute' ? '00' : String(second % 60).padStart(2, '0');
    const time = `2026-11-20 08:0${Math.floor(second / 60)}:${seconds}`;
    return punch({ ...rest, time, precision: precision === 'minute' ? 'minute' : 'second' });
  });

const anyEntries = fc.array(fc.array(anyPunch, { maxLength: 6 }), { maxLength: 6 });

/** What a device sends and what a file holds: hundreds of punches that are alike. */
const anyChunk = fc
  .record({
    deviceSn: fc.constantFrom('A', 'B'),
    proven: fc.boolean(),
    seconds: fc.array(fc.integer({ min: 0, max: 599 }), { minLength: 90, maxLength: 240 }),
  })
  .map(({ seconds, ...rest }): Punch[] =>
    seconds.map((second, index) => {
      const time = `2026-11-20 08:0${Math.floor(second / 60)}:${String(second % 60).padStart(2, '0')}`;
      return punch({ ...rest, userId: ['1', '01', '2', 'x'][index % 4]!, time });
    }),
  );

const anyChunks = fc.array(fc.oneof(anyChunk, fc.array(anyPunch, { maxLength: 6 })), { maxLength: 4 });

async function appendAll(journal: Journal, groups: readonly Punch[][][]): Promise<Record<string, number>> {
  const sum = { in: 0, stored: 0, duplicates: 0 };
  for (const group of groups) {
    for (const result of await Promise.all(group.map((list) => journal.append(entry(list))))) {
      sum.stored += result.stored;
      sum.duplicates += result.duplicates;
    }
    sum.in += group.flat().length;
  }
  return sum;
}

const order = (list: readonly { deviceSn: string; userId: string; time: string }[]): string[] =>
  list.map(({ deviceSn, userId, time }) => `${time} ${deviceSn} ${userId}`).sort();

/** Each run has a day of its own: a new journal per run would cost more than all the rest. */
async function checkRuns(
  journal: Journal,
  anyGroups: fc.Arbitrary<Punch[][][]>,
  { firstDay, numRuns }: { readonly firstDay: number; readonly numRuns: number },
): Promise<void> {
  let day = firstDay;
  await fc.assert(
    fc.asyncProperty(anyGroups, async (groups) => {
      day += 1;
      const date = new Date(Date.UTC(2020, 0, day)).toISOString().slice(0, 10);
      const onDay = (one: Punch): Punch => ({ ...one, time: one.time.replace('2026-11-20', date) });
      const mine = groups.map((group) => group.map((list) => list.map(onDay)));
      const model = new Model();
      for (const one of mine.flat(2)) model.append(one);
      const before = journal.totals();
      const sum = await appendAll(journal, mine);
      const kept = [...journal.punches({ from: `${date} 00:00:00`, to: `${date} 23:59:59` })];
      expect(order(kept)).toEqual(order(model.stored));
      expect(sum).toEqual({
        in: mine.flat(2).length,
        stored: model.stored.length,
        duplicates: model.duplicates,
      });
      const after = journal.totals();
      expect(after.waiting - before.waiting).toBe(sum.stored);
      expect(after.duplicates - before.duplicates).toBe(sum.duplicates);
    }),
    { numRuns },
  );
}

describe('law 2: one identity, however proven and unproven punches are mixed', () => {
  it('one by one and a few at a time', () =>
    checkRuns(folder.open(), fc.array(anyEntries, { maxLength: 5 }), { firstDay: 0, numRuns: 300 }));

  it('by hundreds that are alike, among others', () =>
    checkRuns(folder.open(), fc.array(anyChunks, { maxLength: 3 }), { firstDay: 0, numRuns: 40 }));
});

it('keeps apart what a chunk holds twice, and finds a stored one however many stand around it', async () => {
  const journal = folder.open();
  const at = (second: number): string =>
    new Date(Date.UTC(2026, 0, 5) + second * 1000).toISOString().slice(0, 19);
  const row = (second: number, rest: Partial<Punch> = {}): Punch =>
    punch({ userId: '7', time: at(second).replace('T', ' '), ...rest });
  const others = Array.from({ length: 1_000 }, (_, second) => row(second, { userId: '8', proven: true }));
  await journal.append(entry([...others, row(5, { proven: true })]));
  const few = Array.from({ length: 150 }, (_, index) => row(index < 149 ? index : 900, { proven: false }));
  const again = [...few, ...few];
  expect(await journal.append(entry(again))).toMatchObject({ stored: 149, duplicates: 151 });
  expect(await journal.append(entry(few))).toMatchObject({ stored: 0, duplicates: 150 });
});
