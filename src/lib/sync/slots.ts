import type { Journal } from '../journal/journal.js';
import { missedRuns, nextRun, type Schedule } from '../schedule.js';
import type { SyncParts } from './parts.js';
import { storeCheckpoint } from './store.js';

/**
 * Which upload times are still to be kept. Remembered in the journal is the moment up to which all are: so a restart,
 * a sleep and a second `hip sync --watch` on the same data folder neither miss nor repeat one. A first start begins
 * with now.
 */
export class UploadSlots {
  readonly #parts: Pick<SyncParts, 'journal' | 'now'>;
  readonly #schedule: Schedule;
  #known: { readonly keptMs: number; readonly next: Date | null } | null = null;

  constructor(parts: Pick<SyncParts, 'journal' | 'now'>, schedule: Schedule) {
    this.#parts = parts;
    this.#schedule = schedule;
  }

  /** How many upload times have come since the last one that was kept. */
  async due(): Promise<number> {
    const now = this.#parts.now();
    const kept = recallKept(this.#parts.journal);
    if (kept === null || kept.getTime() - now.getTime() > LONGEST_SETBACK_MS) {
      await this.keep(now);
      return 0;
    }
    const next = this.#nextAfter(kept);
    return next === null || next > now ? 0 : missedRuns(this.#schedule, kept, now);
  }

  /** All upload times up to this moment are kept: call it when a pass that began then has ended. */
  async keep(until: Date): Promise<void> {
    await storeCheckpoint(this.#parts, {
      file: KEPT,
      identity: 'upload times',
      sizeBytes: 0,
      offsetBytes: 0,
      line: 0,
      note: until.toISOString(),
    });
  }

  /** The first upload time that is not kept yet; null when there are none. */
  next(): Date | null {
    return this.#nextAfter(recallKept(this.#parts.journal) ?? this.#parts.now());
  }

  /** Asked at every tick, and the calendar need not be asked each time. */
  #nextAfter(kept: Date): Date | null {
    if (this.#known?.keptMs !== kept.getTime()) {
      this.#known = { keptMs: kept.getTime(), next: nextRun(this.#schedule, kept) };
    }
    return this.#known.next;
  }
}

const KEPT = 'schedule:sync';
/**
 * A clock that was set back by less repeats hours whose upload times were kept: they are not kept twice. By more, it
 * had been wrong before, and waiting for it to come round would be silence for no reason.
 */
const LONGEST_SETBACK_MS = 86_400_000;

function recallKept(journal: Pick<Journal, 'checkpoint'>): Date | null {
  const note = journal.checkpoint(KEPT)?.note;
  return note === undefined ? null : new Date(note);
}
