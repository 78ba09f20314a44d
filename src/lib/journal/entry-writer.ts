import type { Fragment } from '../dialects/dialect.js';
import type { Punch } from '../punch.js';
import type { Checkpoints } from './checkpoints.js';
import type { ClockCollisions } from './clock-collisions.js';
import type { CommandQueue } from './command-queue.js';
import type { DeviceList } from './device-list.js';
import type { DeviceRegistry } from './device-registry.js';
import { areAlike, identityOf, spanOf } from './identity.js';
import type { AppendResult, JournalEntry } from './journal.js';
import type { Labels } from './labels.js';
import { LOOSE } from './migrations.js';
import type { Arrival } from './punch-rows.js';
import type { PunchStore, Stored, Surroundings } from './punch-store.js';
import { type Quarantine, sizeOf } from './quarantine.js';
import type { Change, Signals } from './tally.js';

export interface EntryParts {
  readonly devices: DeviceRegistry;
  readonly deviceList: DeviceList;
  readonly labels: Labels;
  readonly punches: PunchStore;
  readonly collisions: ClockCollisions;
  readonly quarantine: Quarantine;
  readonly commands: CommandQueue;
  readonly checkpoints: Checkpoints;
}

const NONE: ReadonlyMap<Punch, Fragment> = new Map();

/** Puts one entry into the running transaction. */
export class EntryWriter {
  readonly #parts: EntryParts;

  constructor(parts: EntryParts) {
    this.#parts = parts;
  }

  /** False when the entry is a mere sign of life, which needs no commit. */
  bringsNews(entry: JournalEntry): boolean {
    return (
      entry.punches.length > 0 ||
      (entry.unread?.length ?? 0) > 0 ||
      (entry.dropped?.length ?? 0) > 0 ||
      (entry.skipped ?? 0) > 0 ||
      (entry.commandResults?.length ?? 0) > 0 ||
      (entry.commandsSent?.length ?? 0) > 0 ||
      (entry.users?.length ?? 0) > 0 ||
      entry.checkpoint !== undefined ||
      entry.contentCheckpoint !== undefined ||
      (entry.device !== undefined && this.#parts.devices.isNews(entry.device))
    );
  }

  saw(entry: JournalEntry): void {
    if (entry.device) this.#parts.devices.saw(entry.device, entry.receivedAt.getTime());
  }

  /** @throws {JournalUnavailable} `quarantine-full`, with nothing of the entry written */
  write(entry: JournalEntry, change: Change, signals: Signals): AppendResult {
    const { devices, quarantine, commands, checkpoints } = this.#parts;
    const atMs = entry.receivedAt.getTime();
    const sn = entry.device?.sn ?? null;
    const unread = entry.unread ?? [];
    const from = { source: entry.source, deviceSn: sn, atMs, origin: entry.origin ?? null };
    const usedBytes = signals.quarantine_bytes + change.quarantineBytes;
    // First, for it alone can refuse the entry: its neighbours then need no second transaction.
    const storeUnread = unread.length > 0 ? quarantine.admit(unread, from, usedBytes) : null;
    const apart = this.#collisions(entry);
    // Nobody can read them again, so they have no origin; room for the unread is kept beside them.
    const storeApart =
      apart.size > 0
        ? quarantine.admit([...apart.values()], { ...from, origin: null }, usedBytes + sizeOf(unread))
        : null;
    if (entry.device) devices.enter(entry.device, atMs);
    const punches = apart.size === 0 ? entry.punches : entry.punches.filter((punch) => !apart.has(punch));
    const stored = this.#storePunches({ ...entry, punches }, change, signals);
    storeUnread?.(change);
    storeApart?.(change);
    if (entry.commandsSent) commands.sent(entry.commandsSent, atMs);
    if (entry.users && sn !== null) commands.addUsers(entry.users, sn, atMs);
    if (entry.commandResults) commands.finish(entry.commandResults, sn, atMs);
    if (entry.checkpoint) checkpoints.save(entry.checkpoint);
    if (entry.contentCheckpoint) checkpoints.save(entry.contentCheckpoint);
    change.skipped += entry.skipped ?? 0;
    for (const { count } of entry.dropped ?? []) change.dropped += count;
    return { stored, duplicates: punches.length - stored, quarantined: unread.length + apart.size };
  }

  #collisions({ punches, clockReset }: JournalEntry): ReadonlyMap<Punch, Fragment> {
    return clockReset === undefined ? NONE : this.#parts.collisions.find(punches, clockReset);
  }

  #storePunches({ punches, ...entry }: JournalEntry, change: Change, signals: Signals): number {
    if (punches.length === 0) return 0;
    const source = this.#parts.labels.idOf(entry.source);
    const receivedAtMs = entry.receivedAt.getTime();
    const hold = entry.holdUnapproved === true;
    const isImport = entry.checkpoint !== undefined;
    const [first] = punches;
    let stored = 0;
    if (first && first.precision === 'second' && punches.every((punch) => areAlike(punch, first))) {
      const device = this.#parts.devices.idOf(first.deviceSn, receivedAtMs);
      const held = hold && !this.#parts.devices.isApproved(first.deviceSn);
      stored = this.#storeAlike(
        punches,
        { device, source, receivedAtMs, held, isImport },
        { change, signals },
      );
      return this.#counted(stored, punches.length, change);
    }
    for (const punch of punches) {
      const device = this.#parts.devices.idOf(punch.deviceSn, receivedAtMs);
      const held = hold && !this.#parts.devices.isApproved(punch.deviceSn);
      if (this.#storePunch(punch, { device, source, receivedAtMs, held, isImport }, { change, signals }))
        stored += 1;
    }
    return this.#counted(stored, punches.length, change);
  }

  #counted(stored: number, of: number, change: Change): number {
    change.duplicates += of - stored;
    this.#parts.deviceList.stored(stored);
    return stored;
  }

  /** Most entries: what one device sent, or a chunk of a file. */
  #storeAlike(punches: readonly Punch[], arrival: Arrival, { change, signals }: Counts): number {
    const identities = punches.map(identityOf);
    const span = spanOf(identities);
    const around = surroundingsOf(span, change, signals);
    const { stored } = counted(this.#parts.punches.storeAlike(identities, arrival, around), arrival, change);
    if (stored > 0 && identities[0]!.loose & LOOSE.unproven) spanUnproven(span, change);
    return stored;
  }

  #storePunch(punch: Punch, arrival: Arrival, { change, signals }: Counts): boolean {
    const identity = identityOf(punch);
    const span = spanOf([identity]);
    const around = surroundingsOf(span, change, signals);
    const { stored } = counted(this.#parts.punches.store(identity, arrival, around), arrival, change);
    if (stored === 0) return false;
    if (identity.loose & LOOSE.unproven) spanUnproven(span, change);
    return true;
  }
}

interface Counts {
  readonly change: Change;
  readonly signals: Signals;
}

interface Span {
  readonly from: number;
  readonly to: number;
}

function counted(outcome: Stored, { held }: Arrival, change: Change): Stored {
  const { stored, released } = outcome;
  change.held += (held ? stored : 0) - released;
  change.waiting += (held ? 0 : stored) + released;
  return outcome;
}

function surroundingsOf(span: Span, change: Change, signals: Signals): Surroundings {
  return { unproven: isNearUnproven(span, change, signals), held: signals.held + change.held > 0 };
}

/** Only where unproven punches are stored need a proven one look around; the minute is for those without seconds. */
function isNearUnproven(span: Span, change: Change, signals: Signals): boolean {
  return (
    touches(span, signals.unproven_from, signals.unproven_to) ||
    touches(span, change.unprovenFrom, change.unprovenTo)
  );
}

function touches(span: Span, from: number | null, to: number | null): boolean {
  return from !== null && to !== null && span.to >= from - 60 && span.from <= to + 60;
}

function spanUnproven({ from, to }: Span, change: Change): void {
  change.unprovenFrom = Math.min(change.unprovenFrom ?? from, from);
  change.unprovenTo = Math.max(change.unprovenTo ?? to, to);
}
