import { describe, expect, it } from 'vitest';
import type { Journal, PunchFilter } from '../../../src/lib/journal/journal.js';
import { append, type OpenForTest, punch, punches, withJournal } from './samples.js';

const at = (time: string): { readonly time: string } => ({ time: `2026-11-20 ${time}` });

export function describeListing(open: OpenForTest): void {
  describe('listing', () => {
    async function fill(journal: Journal): Promise<void> {
      await append(
        journal,
        punch({ userId: '1', ...at('09:00:00') }),
        punch({ userId: '2', ...at('08:00:00') }),
        punch({ userId: '1', ...at('10:00:00'), deviceSn: 'SNB' }),
        punch({ userId: '0002', ...at('11:00:00') }),
      );
    }
    const hours = (journal: Journal, filter: PunchFilter): string[] =>
      [...journal.punches(filter)].map(({ time }) => time.slice(11, 13));

    it(
      'lists by device time, the oldest first',
      withJournal(open, async (journal) => {
        await fill(journal);
        expect(hours(journal, {})).toEqual(['08', '09', '10', '11']);
        expect(hours(journal, { limit: 0 })).toEqual(['08', '09', '10', '11']);
      }),
    );

    it(
      'lists the newest first when limited',
      withJournal(open, async (journal) => {
        await fill(journal);
        expect(hours(journal, { limit: 2 })).toEqual(['11', '10']);
        expect(hours(journal, { limit: 1, deviceSn: 'SNB' })).toEqual(['10']);
        expect(hours(journal, { limit: 1, userId: '1' })).toEqual(['10']);
      }),
    );

    it(
      'filters by device, user, time and state, alone and together',
      withJournal(open, async (journal) => {
        await fill(journal);
        const [first] = journal.take(1);
        journal.settle({ target: 't', accepted: [first!.key], rejected: [] });
        expect(hours(journal, { deviceSn: 'SNA' })).toEqual(['08', '09', '11']);
        expect(hours(journal, { deviceSn: 'UNKNOWN' })).toEqual([]);
        expect(hours(journal, { userId: '002' })).toEqual(['08', '11']);
        expect(hours(journal, { from: '2026-11-20 09:00:00', to: '2026-11-20 10:00:00' })).toEqual([
          '09',
          '10',
        ]);
        expect(hours(journal, { state: 'delivered' })).toEqual(['09']);
        expect(hours(journal, { state: 'waiting', deviceSn: 'SNA' })).toEqual(['08', '11']);
        expect(hours(journal, { state: 'waiting', userId: '2', from: '2026-11-20 08:00:01' })).toEqual([
          '11',
        ]);
      }),
    );

    it(
      'goes on while punches are added and settled in between',
      withJournal(open, async (journal) => {
        for (let hour = 10; hour < 15; hour += 1) await append(journal, ...punches(700, at(`${hour}:00:00`)));
        const seen = new Set<string>();
        for (const { userId, time } of journal.punches({})) {
          seen.add(`${userId} ${time}`);
          if (seen.size % 1_500 === 0) {
            const keys = journal.take(100).map(({ key }) => key);
            journal.settle({ target: 't', accepted: keys, rejected: [] });
          }
        }
        expect(seen.size).toBe(3_500);
        let limited = 0;
        for (const _ of journal.punches({ limit: 2_345 })) limited += 1;
        expect(limited).toBe(2_345);
      }),
    );
  });
}
