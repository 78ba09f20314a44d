import { describe, expect, it } from 'vitest';
import type { AppendResult, Journal, JournalEntry } from '../../src/lib/journal/journal.js';
import type { Punch } from '../../src/lib/punch.js';

export interface JournalUnderTest {
  readonly journal: Journal;
  close(): void;
}

export interface JournalSetup {
  readonly clock: () => Date;
  readonly sinkNames?: ReadonlyMap<string, string>;
  readonly quarantineMaxBytes?: number;
}

/** Opens an empty journal. */
export type OpenForTest = (setup: JournalSetup) => JournalUnderTest;

const ARRIVAL = new Date('2026-11-20T01:00:00.000Z');

export function punch(change: Partial<Punch> = {}): Punch {
  return {
    deviceSn: 'SNA',
    userId: '7',
    time: '2026-11-20 08:00:00',
    status: 0,
    verify: 1,
    workCode: null,
    raw: '7\t2026-11-20 08:00:00\t0\t1',
    suspect: null,
    proven: true,
    precision: 'second',
    ...change,
  };
}

export function unproven(change: Partial<Punch> = {}): Punch {
  return punch({ deviceSn: 'HIP_DEVICE_1', proven: false, ...change });
}

export function entry(punches: readonly Punch[], change: Partial<JournalEntry> = {}): JournalEntry {
  return { source: 'adms', receivedAt: ARRIVAL, punches, ...change };
}

/** What any journal must do; run against the real one and against every fake. */
export function describeJournal(name: string, open: OpenForTest): void {
  describe(name, () => {
    function use(
      work: (journal: Journal, clock: { now: Date }) => Promise<void> | void,
      setup: Partial<JournalSetup> = {},
    ) {
      return async () => {
        const clock = { now: ARRIVAL };
        const { journal, close } = open({ clock: () => clock.now, ...setup });
        try {
          await work(journal, clock);
        } finally {
          close();
        }
      };
    }

    async function append(journal: Journal, ...punches: readonly Punch[]): Promise<AppendResult> {
      return journal.append(entry(punches));
    }

    it(
      'begins empty',
      use((journal) => {
        expect([...journal.punches({})]).toEqual([]);
        expect(journal.totals()).toEqual({
          waiting: 0,
          held: 0,
          delivered: 0,
          rejected: 0,
          quarantined: 0,
          duplicates: 0,
          skipped: 0,
          dropped: 0,
          lastPunchAt: null,
          oldestWaitingAt: null,
          target: null,
        });
        expect(journal.devices()).toEqual([]);
        expect(journal.notices()).toEqual([]);
        expect(journal.take(10)).toEqual([]);
      }),
    );

    it(
      'stores a punch as it came',
      use(async (journal) => {
        const full = punch({ userId: '0090', workCode: '12', suspect: 'future', status: null, verify: null });
        expect(await append(journal, full)).toEqual({ stored: 1, duplicates: 0, quarantined: 0 });
        expect([...journal.punches({})]).toEqual([
          {
            deviceSn: 'SNA',
            userId: '0090',
            time: '2026-11-20 08:00:00',
            status: null,
            verify: null,
            workCode: '12',
            raw: full.raw,
            source: 'adms',
            receivedAt: ARRIVAL.toISOString(),
            state: 'waiting',
            suspect: 'future',
            error: null,
          },
        ]);
      }),
    );

    it(
      'takes and settles',
      use(async (journal) => {
        await append(journal, punch(), punch({ userId: '8' }), punch({ userId: '9' }));
        const [first, second, third] = journal.take(10);
        expect(journal.take(2)).toHaveLength(2);
        expect(journal.take(10, first!.key).map(({ userId }) => userId)).toEqual(['8', '9']);
        journal.settle({
          target: 'mysql://one',
          accepted: [first!.key],
          rejected: [{ key: second!.key, code: 'ER_BAD', message: 'no' }],
        });
        expect(journal.take(10).map(({ key }) => key)).toEqual([third!.key]);
        expect(journal.totals()).toMatchObject({
          waiting: 1,
          delivered: 1,
          rejected: 1,
          target: 'mysql://one',
        });
        expect([...journal.punches({ state: 'rejected' })]).toMatchObject([
          { userId: '8', error: 'ER_BAD: no' },
        ]);
      }),
    );
  });
}
