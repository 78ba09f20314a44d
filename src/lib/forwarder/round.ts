import type { Journal, WaitingPunch } from '../journal/journal.js';
import type { Rejection, Sink, SinkFault } from '../sinks/sink.js';
import type { Clock } from './clock.js';
import type { ForwarderSettings } from './contract.js';
import { faultOf } from './fault.js';
import type { Run } from './run.js';

/** What one batch came to. */
export interface Delivered {
  readonly delivered: number;
  /** New rows among the delivered; rows of a target that can't tell are not counted. */
  readonly inserted: number;
  readonly rejected: readonly Rejection[];
  readonly kept: number;
  /** Why the whole batch was kept; null when it was not. */
  readonly fault: SinkFault | null;
}

export interface Round {
  /** The last key that was tried. */
  readonly lastKey: number;
  readonly kept: number;
  /** Why whole batches were kept; null when none was. */
  readonly fault: SinkFault | null;
}

export interface RoundParts {
  readonly journal: Pick<Journal, 'take' | 'settle' | 'totals'>;
  readonly sink: Pick<Sink, 'target' | 'parallelWrites' | 'write'>;
  readonly run: Run;
  readonly clock: Clock;
  readonly settings: Pick<ForwarderSettings, 'batchRows'>;
  /** Told of each batch as soon as it is settled. */
  readonly onBatch: (batch: Delivered) => void;
}

/** Then what became waiting meanwhile with an older key (a retry) gets its turn. */
const MOST_BATCHES = 64;
/** While others are under way, so long at most what waits is gathered to a whole batch. */
const LONGEST_GATHER_MS = 1_000;
const GATHER_LOOK_MS = 10;

/**
 * Delivers what waits from `first` on, always with as many batches under way as the sink is able to use: a far
 * target's answer to one is waited for while the next are written. Each is settled as soon as its verdicts are in:
 * what a kill in between loses is only the note that they were delivered, and the repeat changes nothing in the
 * target. Ends when less than a batch is left to take and nothing is under way, and with the first fault.
 *
 * @throws what a batch or a take threw other than a fault, after all the others were settled
 */
export async function deliverRound(parts: RoundParts, first: readonly WaitingPunch[]): Promise<Round> {
  const batches = new Batches(parts, first);
  let kept = 0;
  let fault: SinkFault | null = null;
  const work = async (): Promise<void> => {
    try {
      for (let batch = await batches.next(); batch; batch = await batches.next()) {
        const outcome = await deliverBatch(parts, batch);
        batches.done(batch);
        kept += outcome.kept;
        fault ??= outcome.fault;
        if (outcome.fault) batches.end();
        parts.onBatch(outcome);
      }
    } catch (error) {
      batches.end();
      throw error;
    }
  };
  const workers = Array.from({ length: parts.sink.parallelWrites }, work);
  for (const outcome of await Promise.allSettled(workers)) {
    if (outcome.status === 'rejected') throw outcome.reason;
  }
  return { lastKey: batches.lastKey, kept, fault };
}

/**
 * What is to be written, oldest first. While an import lasts each batch is whole: a short one would end the round, and
 * with it the overlap of its writes, several times a second.
 */
class Batches {
  readonly #parts: RoundParts;
  #first: readonly WaitingPunch[] | null;
  #taken = 0;
  #lastKey = 0;
  /** Punches that are being written. */
  #underWay = 0;
  /** Punches that wait with older keys: kept ones, and what was let wait anew meanwhile. The next round takes them. */
  #behind = 0;
  #over = false;
  /** One at a time looks for the next batch; the others wait behind it. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(parts: RoundParts, first: readonly WaitingPunch[]) {
    this.#parts = parts;
    this.#first = first;
  }

  get lastKey(): number {
    return this.#lastKey;
  }

  /** Null when there are no more. */
  next(): Promise<readonly WaitingPunch[] | null> {
    const turn = this.#turn.then(() => this.#take());
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  done(batch: readonly WaitingPunch[]): void {
    this.#underWay -= batch.length;
    this.#parts.run.pause.end();
  }

  end(): void {
    this.#over = true;
    this.#parts.run.pause.end();
  }

  async #take(): Promise<readonly WaitingPunch[] | null> {
    const { journal, run, settings } = this.#parts;
    for (;;) {
      await this.#gather();
      if (this.#over || run.stopping || this.#taken === MOST_BATCHES) return null;
      const batch = this.#first ?? journal.take(settings.batchRows, this.#lastKey);
      this.#first = null;
      this.#over = batch.length < settings.batchRows && this.#underWay === 0;
      if (batch.length === 0) {
        this.#behind = journal.totals().waiting - this.#underWay;
        continue;
      }
      this.#taken += 1;
      this.#underWay += batch.length;
      this.#lastKey = batch.at(-1)!.key;
      return batch;
    }
  }

  async #gather(): Promise<void> {
    const { run, clock } = this.#parts;
    const startMs = clock.nowMs();
    const isLate = (): boolean => clock.nowMs() - startMs >= LONGEST_GATHER_MS;
    while (this.#underWay > 0 && !this.#over && !run.stopping && !this.#isWholeBatchThere() && !isLate()) {
      await run.pause.wait(GATHER_LOOK_MS);
    }
  }

  #isWholeBatchThere(): boolean {
    const { journal, settings } = this.#parts;
    if (this.#taken === MOST_BATCHES) return false;
    return journal.totals().waiting - this.#underWay - this.#behind >= settings.batchRows;
  }
}

async function deliverBatch(parts: RoundParts, batch: readonly WaitingPunch[]): Promise<Delivered> {
  try {
    const { accepted, inserted, rejected } = await parts.sink.write(batch);
    // An abandoned run has given its lock back and its journal may be closed.
    if (!parts.run.abandoned && accepted.length + rejected.length > 0) {
      parts.journal.settle({ target: parts.sink.target, accepted, rejected });
    }
    const kept = batch.length - accepted.length - rejected.length;
    return { delivered: accepted.length, inserted: inserted ?? 0, rejected, kept, fault: null };
  } catch (error) {
    const fault = faultOf(error);
    if (fault === null) throw error;
    return { delivered: 0, inserted: 0, rejected: [], kept: batch.length, fault };
  }
}
