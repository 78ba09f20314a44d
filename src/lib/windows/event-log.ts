import type { Log } from '../log.js';
import { EVENT_TYPE, type EventCalls } from './win32/advapi32-events.js';

/** The few things that belong into the Windows Event Log; everything else stands in the log files. */
export type ServiceEvent =
  | { readonly kind: 'started' }
  | { readonly kind: 'stopping'; readonly wish: string }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'cannotStart' | 'failed'; readonly reason: string }
  | { readonly kind: 'journalTrouble' | 'journalHealed'; readonly reason: string }
  | { readonly kind: 'backlog' | 'backlogGone'; readonly reason: string };

export interface EventLog {
  write(event: ServiceEvent): void;
}

/** Numbers for those who set an alarm on them; they never change their meaning (docs/windows.md). */
const EVENTS = {
  started: { id: 1, type: EVENT_TYPE.information, says: 'started' },
  stopping: { id: 2, type: EVENT_TYPE.information, says: 'is asked to stop' },
  stopped: { id: 3, type: EVENT_TYPE.information, says: 'stopped; all that was in flight is drained' },
  cannotStart: { id: 10, type: EVENT_TYPE.error, says: 'could not start' },
  failed: { id: 11, type: EVENT_TYPE.error, says: 'failed' },
  journalTrouble: { id: 20, type: EVENT_TYPE.error, says: 'cannot store punches; devices keep them' },
  journalHealed: { id: 21, type: EVENT_TYPE.information, says: 'stores punches again' },
  backlog: { id: 30, type: EVENT_TYPE.warning, says: 'has punches waiting for the database for too long' },
  backlogGone: { id: 31, type: EVENT_TYPE.information, says: 'delivers again' },
} as const satisfies Record<ServiceEvent['kind'], { id: number; type: number; says: string }>;

export interface EventLogParts {
  readonly calls: EventCalls;
  /** The service's name, registered at installation. */
  readonly source: string;
  readonly log: Log;
}

/** An entry that can't be written is told to the log: no service stops for that. */
export function createEventLog({ calls, source, log }: EventLogParts): EventLog {
  const handle = calls.registerSource(source);
  return {
    write(event) {
      const { id, type, says } = EVENTS[event.kind];
      const detail = 'reason' in event ? `:\n${event.reason}` : 'wish' in event ? ` (${event.wish})` : '';
      const text = `${source} ${says}${detail}`;
      if (handle === null || !calls.report(handle, { type, id, text })) {
        log.warn({ id }, `Not in the Event Log: ${text}`);
      }
    },
  };
}
