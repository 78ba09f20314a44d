import { describe, expect, it } from 'vitest';
import type { Punch } from '../../../src/lib/punch.js';
import { ARRIVAL, append, entry, minute, type OpenForTest, punch, unproven, withJournal } from './samples.js';

interface Case {
  readonly name: string;
  readonly first: Punch;
  readonly next: Punch;
  readonly same: boolean;
}

const at = (time: string): { readonly time: string } => ({ time: `2026-11-20 ${time}` });

const CASES: readonly Case[] = [
  { name: 'the same punch again', first: punch(), next: punch(), same: true },
  { name: 'zero padding', first: punch({ userId: '0007' }), next: punch(), same: true },
  { name: 'another device', first: punch(), next: punch({ deviceSn: 'SNB' }), same: false },
  { name: 'another second', first: punch(), next: punch(at('08:00:01')), same: false },
  { name: 'another user', first: punch(), next: punch({ userId: '70' }), same: false },
  { name: 'letters in the user', first: punch({ userId: '0a' }), next: punch({ userId: 'a' }), same: false },
  { name: 'other facts', first: punch(), next: punch({ status: 1, verify: 15, raw: 'x' }), same: true },
  { name: 'unproven then proven', first: unproven(), next: punch(), same: true },
  { name: 'proven then unproven', first: punch(), next: unproven(), same: true },
  { name: 'two unproven roads', first: unproven(), next: unproven({ deviceSn: 'HIP_DEVICE_2' }), same: true },
  { name: 'unproven, another second', first: unproven(), next: punch(at('08:00:01')), same: false },
  { name: 'unproven, another user', first: unproven(), next: punch({ userId: '8' }), same: false },
  { name: 'unproven, padded', first: unproven({ userId: '007' }), next: punch(), same: true },
  { name: 'no seconds then seconds', first: minute(), next: punch(at('08:00:59')), same: true },
  { name: 'seconds then no seconds', first: punch(at('08:00:59')), next: minute(), same: true },
  { name: 'no seconds, unproven seconds', first: minute(), next: unproven(at('08:00:30')), same: true },
  { name: 'unproven seconds, no seconds', first: unproven(at('08:00:30')), next: minute(), same: true },
  { name: 'no seconds, the next minute', first: minute(), next: punch(at('08:01:00')), same: false },
  { name: 'no seconds, the minute before', first: minute(), next: punch(at('07:59:59')), same: false },
  {
    name: 'proven without seconds, unproven',
    first: punch({ precision: 'minute' }),
    next: unproven(at('08:00:20')),
    same: true,
  },
  {
    name: 'unproven, proven without seconds',
    first: unproven(at('08:00:20')),
    next: punch({ precision: 'minute' }),
    same: true,
  },
  {
    name: 'proven twice, one without seconds',
    first: punch(at('08:00:20')),
    next: punch({ precision: 'minute' }),
    same: false,
  },
];

export function describeIdentity(open: OpenForTest): void {
  describe('law 2: one identity', () => {
    for (const { name, first, next, same } of CASES) {
      it(
        `${name}: ${same ? 'one punch' : 'two punches'}, in one entry, in one group, one after the other`,
        withJournal(open, async (journal) => {
          const day = (punch: Punch, date: string) => ({
            ...punch,
            time: punch.time.replace('2026-11-20', date),
          });
          await append(journal, first, next);
          await Promise.all([
            append(journal, day(first, '2026-11-21')),
            append(journal, day(next, '2026-11-21')),
          ]);
          await append(journal, day(first, '2026-11-22'));
          await append(journal, day(next, '2026-11-22'));
          const kept = [...journal.punches({})];
          expect(kept).toHaveLength(same ? 3 : 6);
          expect(journal.totals()).toMatchObject({ waiting: same ? 3 : 6, duplicates: same ? 3 : 0 });
          if (!same) return;
          // The first identity stays.
          expect(kept.map(({ deviceSn }) => deviceSn)).toEqual(Array(3).fill(first.deviceSn));
          expect(kept.map(({ userId }) => userId)).toEqual(Array(3).fill(first.userId));
        }),
      );
    }

    describe('after the clock of a device fell back', () => {
      const fallen = (change: Partial<Punch> = {}): Punch =>
        punch({ time: '2000-01-01 00:05:40', suspect: 'before-2020', ...change });
      const since = new Date(ARRIVAL.getTime() + 86_400_000);
      const clockReset = { since, from: '1999-12-31 23:00:00', to: '2000-01-01 00:10:00' };
      const again = { receivedAt: new Date(since.getTime() + 1_000), clockReset };

      it(
        'an equal suspect punch of the stretch before is another: both go to a person',
        withJournal(open, async (journal) => {
          await append(journal, fallen({ raw: 'first' }));
          const batch = entry([fallen({ raw: 'second' }), fallen({ userId: '8' })], again);
          expect(await journal.append(batch)).toEqual({ stored: 1, duplicates: 0, quarantined: 1 });
          const [item, ...others] = journal.quarantine();
          expect([others, item?.deviceSn, item?.source]).toEqual([[], null, 'adms']);
          const { content, origin } = journal.quarantineItem(item!.id)!;
          const text = new TextDecoder().decode(content);
          expect(text).toContain(`${ARRIVAL.toISOString()}: first`);
          expect(text).toContain('second: second');
          // Nobody is to read it again by itself.
          expect(origin).toBeNull();
          expect(await journal.append(batch)).toEqual({ stored: 0, duplicates: 1, quarantined: 1 });
          expect(journal.quarantine()).toMatchObject([{ count: 2 }]);
          expect(journal.totals()).toMatchObject({ waiting: 2, duplicates: 1, quarantined: 1 });
        }),
      );

      it(
        'it stays the same punch where it is not suspect, of another stretch, device or user',
        withJournal(open, async (journal) => {
          const late = fallen({ time: '2000-01-01 00:10:01' });
          const right = punch({ time: '2026-11-20 08:00:00' });
          await append(journal, late, right);
          await journal.append(entry([fallen()], again));
          const repeated = [late, right, fallen()];
          expect(await journal.append(entry(repeated, again))).toMatchObject({
            duplicates: 3,
            quarantined: 0,
          });
          expect(
            await journal.append(entry([fallen({ userId: '9' }), fallen({ deviceSn: 'SNB' })], again)),
          ).toMatchObject({ stored: 2 });
        }),
      );

      it(
        'it is refused like any content when the quarantine is full',
        withJournal(
          open,
          async (journal) => {
            await append(journal, fallen());
            const full = journal.append(entry([fallen(), fallen({ userId: '8' })], again));
            await expect(full).rejects.toMatchObject({ reason: 'quarantine-full' });
            expect(journal.totals()).toMatchObject({ waiting: 1, quarantined: 0 });
          },
          { quarantineMaxBytes: 100 },
        ),
      );
    });

    it(
      'freezes the name for the sink with the punch',
      withJournal(
        open,
        async (journal) => {
          await append(journal, punch(), punch({ deviceSn: 'SNB' }));
          expect(journal.take(10).map(({ deviceName }) => deviceName)).toEqual(['HIP_DEVICE_1', 'SNB']);
          expect([...journal.punches({})].map(({ deviceSn }) => deviceSn)).toEqual(['SNA', 'SNB']);
        },
        { sinkNames: new Map([['SNA', 'HIP_DEVICE_1']]) },
      ),
    );
  });
}
