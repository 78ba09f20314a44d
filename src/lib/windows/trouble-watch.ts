import type { Clock } from '../forwarder/clock.js';
import type { HostedRun, Trouble } from '../service/host.js';
import type { EventLog } from './event-log.js';

const WATCH_MS = 60_000;

const RAISED = { journal: 'journalTrouble', backlog: 'backlog' } as const;
const HEALED = { journal: 'journalHealed', backlog: 'backlogGone' } as const;

/** Tells the Event Log of a trouble once, and once when it is over. Returns what ends the watch. */
export function watchTroubles(
  running: HostedRun,
  { events, clock }: { readonly events: EventLog; readonly clock: Clock },
): () => void {
  const told = new Map<Trouble['kind'], string>();
  let end = (): void => undefined;
  const look = (): void => {
    const troubles = running.troubles?.() ?? [];
    for (const { kind, reason } of troubles) {
      if (!told.has(kind)) events.write({ kind: RAISED[kind], reason });
      told.set(kind, reason);
    }
    for (const [kind, reason] of [...told]) {
      if (troubles.some((trouble) => trouble.kind === kind)) continue;
      told.delete(kind);
      events.write({ kind: HEALED[kind], reason });
    }
    end = clock.after(WATCH_MS, look);
  };
  if (running.troubles) look();
  return () => end();
}
