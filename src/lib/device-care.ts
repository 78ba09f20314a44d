import { Backfill } from './backfill.js';
import type { Contact, ContactNotes } from './clock-guard/contact.js';
import { ClockGuard, type ClockGuardSettings } from './clock-guard.js';
import { queueCommand } from './device-commands/queue.js';
import { HipError, messageOf } from './errors.js';
import type { Clock } from './forwarder/clock.js';
import { type Journal, JournalUnavailable } from './journal/journal.js';
import type { Log } from './log.js';
import type { WallClock } from './time-zone.js';

/**
 * What hip does for devices of itself: it watches their clocks and asks again for punches that may be missing. The
 * listener shows it every contact before that is stored; what it wants of the journal it does in turns of its own, so
 * that no answer waits for it. Call order: `start` once, `stop` once, `contact` any time.
 */
export interface DeviceCare {
  start(): void;
  stop(): void;
  /** Never throws for what a device said; what it returns is stored with the contact. */
  contact(contact: Contact): ContactNotes;
  /** Whether a dialect may set a device's clock in its answer. */
  readonly maySetClocks: boolean;
}

export interface DeviceCareSettings extends ClockGuardSettings {
  readonly backfill: boolean;
}

export interface DeviceCareParts {
  readonly journal: Pick<
    Journal,
    'devices' | 'deviceState' | 'deviceDialect' | 'append' | 'commands' | 'enqueueCommand'
  >;
  readonly clock: Clock;
  readonly wallClock: WallClock;
  readonly log: Log;
  readonly settings: DeviceCareSettings;
  readonly isPcRight: () => boolean;
  /** Told of a bug: the process should fail then. */
  readonly fail: (error: unknown) => void;
}

const TURN_MS = 1_000;

export function createDeviceCare(parts: DeviceCareParts): DeviceCare {
  return new Care(parts);
}

class Care implements DeviceCare {
  readonly #parts: DeviceCareParts;
  readonly #guard: ClockGuard;
  readonly #backfill: Backfill | null;
  readonly #answered = new Map<string, Set<string>>();
  #toBeSet: string[] = [];
  #cancel: (() => void) | null = null;

  constructor(parts: DeviceCareParts) {
    this.#parts = parts;
    this.#guard = new ClockGuard(parts);
    this.#backfill = parts.settings.backfill ? new Backfill(parts) : null;
  }

  start(): void {
    const { clock, fail } = this.#parts;
    this.#cancel = clock.after(TURN_MS, () => void this.#run().catch(fail));
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = null;
  }

  get maySetClocks(): boolean {
    return this.#guard.maySet;
  }

  contact(contact: Contact): ContactNotes {
    this.#backfill?.contact(contact);
    for (const { id, returnCode } of contact.reading.commandResults) {
      if (!(Number(returnCode) >= 0)) continue;
      const ids = this.#answered.get(contact.sn) ?? new Set();
      this.#answered.set(contact.sn, ids.add(id));
    }
    return this.#guard.contact(contact);
  }

  async #run(): Promise<void> {
    await this.#turn();
    if (this.#cancel !== null) this.start();
  }

  async #turn(): Promise<void> {
    try {
      await this.#forgetOldOffsets();
      this.#setClocks();
      await this.#backfill?.turn(this.#parts.clock.nowMs());
    } catch (error) {
      // Both pass by themselves, and what was to be done is still noted; the listener says what is wrong.
      if (!(error instanceof JournalUnavailable) && !(error instanceof HipError)) throw error;
      this.#parts.log.debug({}, `Put off: ${messageOf(error)}`);
    }
  }

  #setClocks(): void {
    this.#toBeSet.push(...this.#guard.takeDue());
    for (let sn = this.#toBeSet[0]; sn !== undefined; sn = this.#toBeSet[0]) {
      queueCommand(this.#parts.journal, { deviceSn: sn, verb: 'set-time' });
      this.#toBeSet.shift();
    }
  }

  /** After a set-time the offset that was known before says nothing; the next proof says how it is. */
  async #forgetOldOffsets(): Promise<void> {
    const { journal, clock } = this.#parts;
    for (const [sn, ids] of this.#answered) {
      this.#answered.delete(sn);
      const wasSet = journal.commands(sn).some(({ id, verb }) => verb === 'set-time' && ids.has(id));
      if (!wasSet || !journal.deviceState(sn)?.facts.clockOffsetSeconds) continue;
      const device = { sn, facts: { clockOffsetSeconds: '' } };
      await journal.append({ source: 'hip', receivedAt: new Date(clock.nowMs()), punches: [], device });
    }
  }
}
