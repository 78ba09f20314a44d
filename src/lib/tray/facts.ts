import type { DeviceRecord, JournalTotals } from '../journal/journal.js';
import type { ServiceStatus } from '../service/service.js';

/** Everything the tray knows at one look. */
export interface TrayFacts {
  readonly nowMs: number;
  readonly services: readonly ServiceStatus[];
  /** Null when nobody answers, or not in time. */
  readonly status: StatusFacts | null;
}

/** What it uses of `hip status`. */
export interface StatusFacts {
  /** ISO UTC */
  readonly startedAt: string | null;
  readonly journal: Pick<JournalTotals, 'waiting' | 'lastPunchAt' | 'oldestWaitingAt'> & {
    readonly error: string | null;
  };
  readonly sink: {
    readonly configured: boolean;
    readonly reachable: boolean | null;
    readonly error: string | null;
  };
  readonly devices: readonly Pick<DeviceRecord, 'sn' | 'name' | 'dialect' | 'lastSeenAt'>[];
}
