import type { CommandQueue } from './command-queue.js';
import type { Database } from './database.js';
import type { DeviceRegistry } from './device-registry.js';
import { reasonOf } from './failure.js';
import type { FreshPunches } from './fresh.js';
import type { Labels } from './labels.js';
import { type Change, noChange, type Signals, type Tally } from './tally.js';

export interface Memory {
  readonly devices: DeviceRegistry;
  readonly commands: CommandQueue;
  readonly labels: Labels;
  readonly fresh: FreshPunches;
}

/** Other processes may have changed devices or commands; a look costs microseconds, but not per request. */
const LOOK_AGAIN_MS = 1_000;

/**
 * Every transaction goes through here: it begins by bringing memory up to date with what other processes committed,
 * and ends by writing down the counts. After a rollback memory is rebuilt.
 */
export class Writer {
  readonly #db: Database;
  readonly #tally: Tally;
  readonly #memory: Memory;
  #lookedAtMs = Number.NEGATIVE_INFINITY;
  /** Set while a transaction may have left memory ahead of the disk. */
  #begun = false;

  constructor(db: Database, tally: Tally, memory: Memory) {
    this.#db = db;
    this.#tally = tally;
    this.#memory = memory;
  }

  /**
   * Waits a short time for other writers.
   * @throws {JournalUnavailable}
   */
  write<T>(work: (change: Change, signals: Signals) => T): T {
    return this.#guarded(() => this.#db.write(() => this.#framed(work)));
  }

  /** Only if no other process is writing right now; throws what SQLite throws. */
  writeAtOnce<T>(work: (change: Change, signals: Signals) => T): T {
    return this.#guarded(() => this.#db.writeAtOnce(() => this.#framed(work)));
  }

  /** Brings memory up to date, with what others did at most once a second. Where the disk fails, what is known stands until it answers. */
  look(): void {
    const nowMs = performance.now();
    if (nowMs - this.#lookedAtMs < LOOK_AGAIN_MS && !this.#isStale) return;
    this.#lookedAtMs = nowMs;
    try {
      this.#db.read(() => this.#refresh());
    } catch (error) {
      if (reasonOf(error) === null) throw error;
    }
  }

  get #isStale(): boolean {
    return this.#memory.devices.isStale || this.#memory.commands.isStale;
  }

  #guarded<T>(transaction: () => T): T {
    this.#begun = false;
    try {
      const result = transaction();
      this.#memory.fresh.commit();
      return result;
    } catch (error) {
      if (this.#begun) this.#forget();
      throw error;
    }
  }

  #framed<T>(work: (change: Change, signals: Signals) => T): T {
    this.#begun = true;
    const signals = this.#refresh();
    this.#memory.fresh.begin(signals.waiting);
    const change = noChange();
    const result = work(change, signals);
    this.#tally.add(change);
    return result;
  }

  #refresh(): Signals {
    const signals = this.#tally.signals();
    this.#memory.devices.refresh(signals.devices_version);
    this.#memory.commands.refresh(signals.commands_version);
    this.#lookedAtMs = performance.now();
    return signals;
  }

  #forget(): void {
    this.#memory.devices.forget();
    this.#memory.commands.forget();
    this.#memory.labels.forget();
    this.#memory.fresh.forget();
    this.#lookedAtMs = Number.NEGATIVE_INFINITY;
  }
}
