import type { DeviceState, PendingCommand } from '../dialects/dialect.js';
import {
  type AppendResult,
  type Journal,
  type JournalEntry,
  JournalUnavailable,
} from '../journal/journal.js';

/** What a listener asks of a journal. */
export type ProbeJournal = Pick<Journal, 'append' | 'deviceState' | 'pendingCommands'>;

const NOTHING_STORED: AppendResult = { stored: 0, duplicates: 0, quarantined: 0 };
const NO_COMMANDS: readonly PendingCommand[] = [];
/** Of invented serial numbers there is no end; a site has some dozens. */
const MAX_DEVICES = 1_000;
/** Read out of operations, which are no word of the device about itself. */
const FACTS_OF_OPERATIONS: ReadonlySet<string> = new Set(['clockSetAt', 'punchesErasedAt']);

/**
 * A journal that keeps nothing but, in memory, what devices say of themselves: so they are answered as `hip serve`
 * would answer devices that are new to it. Whatever they could delete once it is acknowledged is refused, and the
 * dialect's "try again" goes out (FK terminals delete a punch that was answered OK: fkweb.md 1.9).
 */
export function createProbeJournal(): ProbeJournal {
  const devices = new Map<string, DeviceState>();
  return {
    async append(entry) {
      if (bringsData(entry)) throw new JournalUnavailable('unknown', 'hip sniff keeps nothing');
      const { device } = entry;
      if (device && (devices.has(device.sn) || devices.size < MAX_DEVICES)) {
        const before = devices.get(device.sn);
        devices.set(device.sn, {
          facts: { ...before?.facts, ...device.facts },
          stamps: { ...before?.stamps, ...device.stamps },
        });
      }
      return NOTHING_STORED;
    },
    deviceState: (sn) => devices.get(sn),
    pendingCommands: () => NO_COMMANDS,
  };
}

function bringsData({
  punches,
  unread,
  dropped,
  commandResults,
  users,
  skipped,
  device,
}: JournalEntry): boolean {
  const lists = [punches, unread, dropped, commandResults, users];
  if (lists.some((list) => list !== undefined && list.length > 0)) return true;
  // Lines without facts of the device itself are users, operations or door events: somebody may wait for them.
  return (
    (skipped ?? 0) > 0 && Object.keys(device?.facts ?? {}).every((fact) => FACTS_OF_OPERATIONS.has(fact))
  );
}
