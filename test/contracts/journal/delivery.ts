import { describe, expect, it } from 'vitest';
import type { Journal, Verdicts } from '../../../src/lib/journal/journal.js';
import { ARRIVAL, append, entry, type OpenForTest, punch, punches, withJournal } from './samples.js';

const accept = (keys: readonly number[]): Verdicts => ({
  target: 'mysql://one',
  accepted: keys,
  rejected: [],
});
const keysOf = (journal: Journal): number[] => journal.take(10_000).map(({ key }) => key);
const DAY_MS = 86_400_000;

export function describeDelivery(open: OpenForTest): void {
  describe('delivery', () => {
    it(
      'takes what waits in the order of arrival and changes nothing',
      withJournal(open, async (journal) => {
        await append(journal, punch({ userId: '0009', verify: null }), punch({ userId: '8' }));
        await append(journal, punch({ userId: '7', time: '2020-01-01 00:00:00' }));
        const all = journal.take(10);
        expect(all).toMatchObject([
          { deviceName: 'SNA', userId: '0009', time: '2026-11-20 08:00:00', status: 0, verify: null },
          { userId: '8' },
          { userId: '7', raw: punch().raw },
        ]);
        expect(journal.take(2)).toEqual(all.slice(0, 2));
        expect(journal.take(10, all[0]!.key)).toEqual(all.slice(1));
        expect(journal.take(10, all[2]!.key)).toEqual([]);
      }),
    );

    it(
      'settles: accepted, rejected, and what is in neither goes on waiting',
      withJournal(open, async (journal) => {
        await append(journal, ...punches(3));
        const [first, second, third] = keysOf(journal);
        const rejected = [{ key: second!, code: 'ER_BAD', message: 'no' }];
        journal.settle({ target: 'mysql://one', accepted: [first!], rejected });
        expect(keysOf(journal)).toEqual([third]);
        expect(journal.totals()).toMatchObject({
          waiting: 1,
          delivered: 1,
          rejected: 1,
          target: 'mysql://one',
        });
        expect([...journal.punches({ state: 'rejected' })]).toMatchObject([
          { userId: '101', error: 'ER_BAD: no' },
        ]);
      }),
    );

    it(
      'settles only what waits: a late or repeated verdict does no harm',
      withJournal(open, async (journal) => {
        await append(journal, ...punches(2));
        const [first, second] = keysOf(journal) as [number, number];
        journal.settle(accept([first]));
        journal.settle({
          ...accept([first, 12_345]),
          rejected: [{ key: first, code: 'X', message: 'late' }],
        });
        expect(journal.totals()).toMatchObject({ waiting: 1, delivered: 1, rejected: 0 });
        journal.settle({ ...accept([]), rejected: [{ key: second, code: 'X', message: 'no' }] });
        journal.settle(accept([second]));
        expect(journal.totals()).toMatchObject({ waiting: 0, delivered: 1, rejected: 1 });
      }),
    );

    it(
      'lets rejected punches wait again',
      withJournal(open, async (journal) => {
        await append(journal, ...punches(2_500));
        const rejected = keysOf(journal).map((key) => ({ key, code: 'X', message: 'no' }));
        journal.settle({ target: 't', accepted: [], rejected });
        expect(await journal.retryRejected()).toBe(2_500);
        expect(await journal.retryRejected()).toBe(0);
        expect(journal.totals()).toMatchObject({ waiting: 2_500, rejected: 0 });
        expect([...journal.punches({ limit: 1 })]).toMatchObject([{ state: 'waiting', error: null }]);
      }),
    );

    it(
      'sends delivered punches again, all or those of a time',
      withJournal(open, async (journal) => {
        for (const day of ['18', '19', '20'])
          await append(journal, ...punches(900, { time: `2026-11-${day} 08:00:00` }));
        journal.settle(accept(keysOf(journal)));
        expect(await journal.redeliver({ from: '2026-11-19 00:00:00', to: '2026-11-19 08:00:00' })).toBe(900);
        expect(journal.totals()).toMatchObject({ waiting: 900, delivered: 1_800 });
        expect(await journal.redeliver({ to: '2026-11-17 23:59:59' })).toBe(0);
        expect(await journal.redeliver({ from: '2026-11-20 08:00:00' })).toBe(900);
        expect(await journal.redeliver({})).toBe(900);
        expect(journal.totals()).toMatchObject({ waiting: 2_700, delivered: 0 });
      }),
    );

    it(
      'prunes old delivered punches, and no others',
      withJournal(open, async (journal) => {
        const early = new Date(ARRIVAL.getTime() - 10 * DAY_MS);
        await journal.append(entry(punches(6), { receivedAt: early }));
        const keys = keysOf(journal);
        journal.settle({
          ...accept(keys.slice(1, 4)),
          rejected: [{ key: keys[4]!, code: 'X', message: 'no' }],
        });
        await append(journal, punch({ userId: '1' }), punch({ userId: '2' }));
        journal.settle(accept(keysOf(journal).slice(2)));
        expect(journal.prune(early, 10)).toBe(0);
        expect(journal.prune(ARRIVAL, 2)).toBe(2);
        expect(journal.prune(ARRIVAL, 2)).toBe(1);
        expect(journal.prune(ARRIVAL, 2)).toBe(0);
        expect(journal.totals()).toMatchObject({ waiting: 2, delivered: 2, rejected: 1 });
        expect(journal.devices()).toMatchObject([{ punches: 5 }]);
        // What was pruned can come again; the sink's own key keeps it single.
        expect(await journal.append(entry(punches(2), { receivedAt: early }))).toMatchObject({
          stored: 1,
          duplicates: 1,
        });
      }),
    );

    it(
      'gives no key twice, even after everything was pruned',
      withJournal(open, async (journal) => {
        await append(journal, ...punches(3));
        const last = keysOf(journal).at(-1)!;
        journal.settle(accept(keysOf(journal)));
        journal.prune(new Date(ARRIVAL.getTime() + DAY_MS), 10);
        await append(journal, punch());
        expect(journal.take(10, last)).toMatchObject([{ userId: '7' }]);
      }),
    );
  });
}
