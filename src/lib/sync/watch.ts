import { type Clock, Pause } from '../forwarder/clock.js';
import { JournalUnavailable } from '../journal/journal.js';
import type { Log } from '../log.js';
import type { UploadSlots } from './slots.js';

/**
 * `hip sync --watch`: keeps the upload times, and where wanted reads files as they come.
 *
 *   waiting -> checking   (a tick)
 *   checking -> waiting   (nothing is due, or another sync is at work)
 *   checking -> running   (upload times have come or were missed, or a source has changed) with the sync lock
 *   running -> waiting    (all upload times up to its beginning are kept)
 *   any -> stopped        (signal)
 *
 * Timers only say when to look; what is due the wall clock says each time, so that sleep and clock changes need no
 * care of their own.
 */
export interface WatchParts {
  readonly slots: UploadSlots;
  /** Null where files are not watched. Resolves to true when a source has changed since the last call. */
  readonly changed: (() => Promise<boolean>) | null;
  readonly lock: { tryAcquire(): boolean; release(): void };
  /** One pass with delivery, which reports by itself. `due`: how many upload times it keeps, 0 for a change. */
  readonly run: (due: number) => Promise<void>;
  /** Told whenever it changes; null when there are no upload times. */
  readonly tellNext: (next: Date | null) => void;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** Soon enough after a sleep or a change of the clock. */
const TICK_MS = 15_000;
const CHANGE_TICK_MS = 2_000;
/** A look at many files on a slow share takes long: it may take this part of the time. */
const LOOK_SHARE = 20;

/** Resolves when the signal comes. */
export async function watch(parts: WatchParts): Promise<void> {
  const { signal, clock } = parts;
  const pause = new Pause(clock);
  const wake = (): void => pause.end();
  signal.addEventListener('abort', wake);
  const watching = new Watching(parts);
  try {
    while (!signal.aborted) {
      await watching.check();
      if (!signal.aborted) await pause.wait(watching.waitMs);
    }
  } finally {
    signal.removeEventListener('abort', wake);
  }
}

class Watching {
  readonly #parts: WatchParts;
  #changed = false;
  #tickMs = TICK_MS;
  #told: number | null | undefined;

  constructor(parts: WatchParts) {
    this.#parts = parts;
  }

  /** Until the next upload time, or the next look where that comes first. */
  get waitMs(): number {
    const next = this.#parts.slots.next();
    const untilNextMs = next === null ? 0 : next.getTime() - this.#parts.clock.nowMs();
    // An upload time that has come and could not be kept waits for a tick like all else.
    return untilNextMs > 0 ? Math.min(this.#tickMs, untilNextMs) : this.#tickMs;
  }

  /** A journal that can't be written to right now is met again at the next tick: nothing is kept until then. */
  async check(): Promise<void> {
    try {
      await this.#lookAtSources();
      if (this.#changed || (await this.#parts.slots.due()) > 0) await this.#runAlone();
      this.#tellNext();
    } catch (error) {
      if (!(error instanceof JournalUnavailable) || error.reason === 'damaged') throw error;
      this.#parts.log.error({ reason: error.reason }, `Not read: ${error.message}`);
    }
  }

  async #lookAtSources(): Promise<void> {
    const { changed, clock } = this.#parts;
    if (changed === null) return;
    const startMs = clock.nowMs();
    this.#changed = (await changed()) || this.#changed;
    const lookMs = Math.max(0, clock.nowMs() - startMs);
    this.#tickMs = Math.min(TICK_MS, Math.max(CHANGE_TICK_MS, lookMs * LOOK_SHARE));
  }

  /** Where another sync has the lock, it does what there is to do; our upload time is kept when it is through. */
  async #runAlone(): Promise<void> {
    const { lock, slots, run, clock } = this.#parts;
    if (!lock.tryAcquire()) return;
    try {
      // Another `--watch` may have kept it just before it let go.
      const due = await slots.due();
      if (due === 0 && !this.#changed) return;
      const startedAt = new Date(clock.nowMs());
      await run(due);
      this.#changed = false;
      if (due > 0) await slots.keep(startedAt);
    } finally {
      lock.release();
    }
  }

  #tellNext(): void {
    const next = this.#parts.slots.next();
    const ms = next?.getTime() ?? null;
    if (ms === this.#told) return;
    this.#told = ms;
    this.#parts.tellNext(next);
  }
}
