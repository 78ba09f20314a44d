import type { AppendResult, Journal, JournalEntry } from '../../../src/lib/journal/journal.js';
import type { Punch } from '../../../src/lib/punch.js';

export interface JournalSetup {
  readonly clock: () => Date;
  readonly sinkNames?: ReadonlyMap<string, string>;
  readonly quarantineMaxBytes?: number;
}

/** Opens an empty journal; `close` closes it and removes what it left. */
export type OpenForTest = (setup: JournalSetup) => { readonly journal: Journal; close(): void };

export interface Clock {
  now: Date;
}

export const ARRIVAL = new Date('2026-11-20T01:00:00.000Z');

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

/** As the plain dialect and vendor text logs bring them. */
export function unproven(change: Partial<Punch> = {}): Punch {
  return punch({ deviceSn: 'HIP_DEVICE_1', proven: false, ...change });
}

/** Unproven and without seconds. */
export function minute(change: Partial<Punch> = {}): Punch {
  return unproven({ precision: 'minute', ...change });
}

/** One user per punch, at the same second. */
export function punches(count: number, change: Partial<Punch> = {}): Punch[] {
  return Array.from({ length: count }, (_, index) => punch({ userId: String(100 + index), ...change }));
}

export function entry(list: readonly Punch[], change: Partial<JournalEntry> = {}): JournalEntry {
  return { source: 'adms', receivedAt: ARRIVAL, punches: list, ...change };
}

export function append(journal: Journal, ...list: readonly Punch[]): Promise<AppendResult> {
  return journal.append(entry(list));
}

/** A test body with a journal that is closed whatever happens. */
export function withJournal(
  open: OpenForTest,
  work: (journal: Journal, clock: Clock) => Promise<void> | void,
  setup: Partial<JournalSetup> = {},
): () => Promise<void> {
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
