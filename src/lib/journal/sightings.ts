import type { DeviceRegistry } from './device-registry.js';
import { reasonOf } from './failure.js';
import type { Writer } from './writer.js';

/** People look at "last seen" in seconds; a commit per poll would keep the disk busy for nothing. */
const SAVE_EVERY_MS = 1_000;

/** Writes down when devices were last seen: with a commit that is made anyway, else once a second. */
export class Sightings {
  readonly #devices: DeviceRegistry;
  readonly #writer: Writer;
  #timer: NodeJS.Timeout | null = null;
  #savedAtMs = Number.NEGATIVE_INFINITY;

  constructor(devices: DeviceRegistry, writer: Writer) {
    this.#devices = devices;
    this.#writer = writer;
  }

  /** A device was seen without a commit. */
  noticed(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.save();
    }, SAVE_EVERY_MS).unref();
  }

  /** In a transaction. */
  saveIfDue(): void {
    if (!this.#devices.hasSightings) return;
    const nowMs = performance.now();
    if (nowMs - this.#savedAtMs < SAVE_EVERY_MS) {
      this.noticed();
    } else {
      this.#devices.saveSightings();
      this.#savedAtMs = nowMs;
    }
  }

  /** If nobody else is writing; else with the next commit, or a second later. */
  save(): void {
    if (!this.#devices.hasSightings) return;
    try {
      this.#writer.writeAtOnce(() => this.#devices.saveSightings());
    } catch (error) {
      // Nothing of worth is lost, and whoever appends is told what is wrong.
      if (reasonOf(error) === null) throw error;
      this.noticed();
    }
  }

  close(): void {
    this.save();
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
