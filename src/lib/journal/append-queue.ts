import type { EntryWriter } from './entry-writer.js';
import { isBusy, reasonOf, unavailable } from './failure.js';
import { type AppendResult, type JournalEntry, JournalUnavailable } from './journal.js';
import { restAfter } from './pace.js';
import type { Sightings } from './sightings.js';
import type { Change, Signals } from './tally.js';
import type { Writer } from './writer.js';

/**
 * Group commit. What is appended in turns of the event loop that follow each other is one transaction: the loop takes
 * one new connection a turn, so devices that connect for each request would otherwise wait for a sync of the disk each.
 *
 *   idle      -> gathering   (append)
 *   gathering -> committing  (end of a turn that brought nothing more, or gathered long enough)
 *   committing -> idle       (committed, or refused)
 *   committing -> waiting    (another process writes; or, for a background writer, it is the others' turn)
 *   waiting   -> committing  (timer)
 *   any       -> closed      (close: what is queued is tried once more)
 */
export interface AppendOptions {
  readonly writer: Writer;
  readonly entries: EntryWriter;
  readonly sightings: Sightings;
  /** Leaves the lock free at least as long as it held it, so that a listener's commits come between. */
  readonly background: boolean;
  readonly onBadEntry: (error: unknown, entry: JournalEntry) => void;
}

interface Queued {
  readonly entry: JournalEntry;
  readonly sinceMs: number;
  readonly resolve: (result: AppendResult) => void;
  readonly reject: (error: Error) => void;
}

type Outcome = AppendResult | JournalUnavailable;

/** About 30 ms of work: a burst of whole backlogs must not become one transaction of seconds. */
const GROUP_PUNCHES = 2_000;
/**
 * A steady stream is gathered as long as the last commit took, so that nobody waits more than twice for a slow disk;
 * within these bounds.
 */
const GATHER_MS = { least: 2, most: 20 };
/** Other writers hold the lock for tens of milliseconds; looking costs microseconds. */
const LOOK_AGAIN_MS = 2;
/** Longer than any healthy writer needs, shorter than a device waits for its answer. */
const GIVE_UP_MS = 5_000;

export class AppendQueue {
  readonly #options: AppendOptions;
  #queue: Queued[] = [];
  /** Ends the wait for the next turn; null while none is due. */
  #cancel: (() => void) | null = null;
  #closed = false;
  /** How many were queued when the last turn ended. */
  #seen = 0;
  #gatherMs = GATHER_MS.least;
  #restUntilMs = 0;

  constructor(options: AppendOptions) {
    this.#options = options;
  }

  append(entry: JournalEntry): Promise<AppendResult> {
    if (this.#closed) return Promise.reject(new Error('the journal is closed'));
    if (!this.#options.entries.bringsNews(entry)) {
      this.#options.entries.saw(entry);
      this.#options.sightings.noticed();
      return Promise.resolve({ stored: 0, duplicates: 0, quarantined: 0 });
    }
    return new Promise((resolve, reject) => {
      this.#queue.push({ entry, sinceMs: performance.now(), resolve, reject });
      this.#cancel ??= this.#atEndOfTurn();
    });
  }

  close(): void {
    this.#closed = true;
    while (this.#queue.length > 0) {
      if (!this.#commit()) for (const one of this.#queue.splice(0)) one.reject(unavailable('busy'));
    }
    this.#cancel?.();
    this.#cancel = null;
  }

  #turn(): void {
    const restMs = this.#restUntilMs - performance.now();
    if (restMs > 0) {
      this.#cancel = this.#after(restMs);
      return;
    }
    if (this.#isGrowing()) {
      this.#cancel = this.#atEndOfTurn();
      return;
    }
    const done = this.#commit();
    this.#seen = this.#queue.length;
    if (this.#queue.length === 0) this.#cancel = null;
    else this.#cancel = done ? this.#atEndOfTurn() : this.#after(LOOK_AGAIN_MS);
  }

  #isGrowing(): boolean {
    const { length } = this.#queue;
    const grew = length > this.#seen;
    this.#seen = length;
    const first = this.#queue[0];
    return grew && first !== undefined && performance.now() - first.sinceMs < this.#gatherMs;
  }

  #atEndOfTurn(): () => void {
    const handle = setImmediate(() => this.#turn());
    return () => clearImmediate(handle);
  }

  #after(ms: number): () => void {
    const handle = setTimeout(() => this.#turn(), Math.ceil(ms));
    return () => clearTimeout(handle);
  }

  /** Commits the oldest entries. False when another process is writing: they stay queued, unless for too long. */
  #commit(): boolean {
    const group = this.#takeGroup();
    const startMs = performance.now();
    let outcomes: readonly Outcome[];
    try {
      outcomes = this.#writeGroup(group);
    } catch (error) {
      if (isBusy(error)) {
        this.#putBack(group, error);
        return false;
      }
      outcomes = this.#outcomesOfFailure(group, error);
    }
    const tookMs = performance.now() - startMs;
    this.#gatherMs = Math.min(GATHER_MS.most, Math.max(GATHER_MS.least, tookMs));
    if (this.#options.background) this.#restUntilMs = performance.now() + restAfter(startMs);
    for (const [index, one] of group.entries()) settle(one, outcomes[index]!);
    return true;
  }

  #takeGroup(): Queued[] {
    let punches = 0;
    let count = 0;
    for (const { entry } of this.#queue) {
      punches += entry.punches.length;
      if (count > 0 && punches > GROUP_PUNCHES) break;
      count += 1;
    }
    return this.#queue.splice(0, count);
  }

  #putBack(group: readonly Queued[], cause: unknown): void {
    const tooOldMs = performance.now() - GIVE_UP_MS;
    const kept = group.filter((one) => one.sinceMs > tooOldMs);
    for (const one of group) if (one.sinceMs <= tooOldMs) one.reject(unavailable('busy', cause));
    this.#queue = [...kept, ...this.#queue];
  }

  #writeGroup(group: readonly Queued[]): Outcome[] {
    return this.#options.writer.writeAtOnce((change, signals) => {
      const outcomes = group.map(({ entry }) => this.#writeEntry(entry, change, signals));
      this.#options.sightings.saveIfDue();
      return outcomes;
    });
  }

  /** A full quarantine concerns only the entry that found it full. */
  #writeEntry(entry: JournalEntry, change: Change, signals: Signals): Outcome {
    try {
      return this.#options.entries.write(entry, change, signals);
    } catch (error) {
      if (error instanceof JournalUnavailable && error.reason === 'quarantine-full') return error;
      throw error;
    }
  }

  /** Nothing was committed. Where the fault lies in an entry, each gets a transaction of its own. */
  #outcomesOfFailure(group: readonly Queued[], error: unknown): Outcome[] {
    const reason = reasonOf(error);
    if (reason !== null) {
      const refusal = unavailable(reason, error);
      return group.map(() => refusal);
    }
    if (group.length > 1) return group.flatMap((one) => this.#writeAlone(one));
    this.#options.onBadEntry(error, group[0]!.entry);
    return [unavailable('unknown', error)];
  }

  #writeAlone(one: Queued): Outcome[] {
    try {
      return this.#writeGroup([one]);
    } catch (error) {
      return this.#outcomesOfFailure([one], error);
    }
  }
}

function settle({ resolve, reject }: Queued, outcome: Outcome): void {
  if (outcome instanceof JournalUnavailable) reject(outcome);
  else resolve(outcome);
}
