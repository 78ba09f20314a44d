import { countOf, countPunches } from '../../count.js';
import type { Clock } from '../../forwarder/clock.js';
import type { Forwarder } from '../../forwarder.js';
import type { AppendResult, JournalEntry } from '../../journal/journal.js';
import type { IntakeJournal } from '../../listener/intake.js';
import type { Log } from '../../log.js';

export interface WatchedParts {
  readonly journal: IntakeJournal;
  readonly forwarder: Pick<Forwarder, 'notify'> | null;
  readonly log: Log;
  readonly clock: Pick<Clock, 'nowMs'>;
}

export interface WatchedJournal extends IntakeJournal {
  /** What was to be told with the next minute; for when there is none. */
  tellRest(): void;
}

/** One line a minute is enough to see that all goes its way, or to make a person look. */
const TELL_EVERY_MS = 60_000;
/** More devices than any office has; made-up ones beyond are heard like all others, but not told of. */
const MAX_DEVICES = 20_000;

/**
 * The journal as the listener sees it: what it stores wakes the forwarder; a device's first call, the punches of a
 * minute and what can't be read are told, so that whoever stands at the terminal sees them arrive.
 */
export function watchJournal({ journal, forwarder, log, clock }: WatchedParts): WatchedJournal {
  const devices = new Set<string>();
  const punches = createTeller(clock, (count) => log.info({ count }, `${countPunches(count)} stored.`));
  const unread = createTeller(clock, (count) =>
    log.warn(
      { count },
      `${countOf(count, 'unreadable piece')} of input went to quarantine: hip quarantine list`,
    ),
  );
  const greet = ({ device }: JournalEntry): void => {
    if (!device || devices.has(device.sn) || devices.size >= MAX_DEVICES) return;
    devices.add(device.sn);
    const { sn, dialect, remoteAddress } = device;
    log.info({ sn, dialect, remoteAddress }, `Device ${sn} calls from ${remoteAddress} (${dialect}).`);
  };
  const tell = (entry: JournalEntry, { stored, quarantined }: AppendResult): void => {
    greet(entry);
    if (stored > 0) {
      forwarder?.notify();
      punches.add(stored);
    }
    if (quarantined > 0) unread.add(quarantined);
  };
  return {
    append: async (entry) => {
      const result = await journal.append(entry);
      tell(entry, result);
      return result;
    },
    deviceState: (sn) => journal.deviceState(sn),
    pendingCommands: (sn) => journal.pendingCommands(sn),
    tellRest: () => {
      for (const teller of [unread, punches]) teller.tellRest();
    },
  };
}

interface Teller {
  add(count: number): void;
  tellRest(): void;
}

/** Tells the first at once, then what has come together once a minute. */
function createTeller(clock: Pick<Clock, 'nowMs'>, tell: (count: number) => void): Teller {
  let toldAtMs = Number.NEGATIVE_INFINITY;
  let untold = 0;
  const tellRest = (): void => {
    if (untold > 0) tell(untold);
    untold = 0;
  };
  return {
    add: (count) => {
      untold += count;
      const nowMs = clock.nowMs();
      if (nowMs - toldAtMs < TELL_EVERY_MS) return;
      tellRest();
      toldAtMs = nowMs;
    },
    tellRest,
  };
}
