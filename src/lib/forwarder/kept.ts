import type { SinkFault } from '../sinks/sink.js';
import type { Clock } from './clock.js';
import { backoffMs } from './outage.js';

/**
 * Punches that the sink named in neither accepted nor rejected: law 4 keeps them, and this keeps them from making a
 * hot loop or from standing in the way of those behind them.
 *
 *   none    -> passing  (a batch kept some: go on behind it)
 *   passing -> resting  (the end was reached: `rest()`)
 *   resting -> none     (the wait is over: start again with the oldest)
 *
 * While any are kept, takes go on behind the last key that was tried; so new punches are not held up.
 */
export class KeptPunches {
  readonly #clock: Clock;
  readonly #random: () => number;
  #count = 0;
  #afterKey: number | undefined;
  #sweeps = 0;
  #retryAtMs: number | null = null;

  constructor(clock: Clock, random: () => number) {
    this.#clock = clock;
    this.#random = random;
  }

  get count(): number {
    return this.#count;
  }

  /** Where to take from; undefined is from the oldest. */
  get afterKey(): number | undefined {
    return this.#afterKey;
  }

  get retryAtMs(): number | null {
    return this.#retryAtMs;
  }

  /** A round went through; `lastKey` is the last one it tried. */
  passed(kept: number, lastKey: number): void {
    this.#count += kept;
    if (this.#count > 0) this.#afterKey = lastKey;
  }

  /** Nothing is left behind `afterKey`. True when the wait is over and all are to be tried again, oldest first. */
  rest(): boolean {
    if (this.#count === 0) {
      this.#sweeps = 0;
      return false;
    }
    if (this.#retryAtMs === null) {
      this.#sweeps += 1;
      this.#retryAtMs = this.#clock.nowMs() + backoffMs(this.#sweeps, this.#random);
    }
    if (this.#clock.nowMs() < this.#retryAtMs) return false;
    this.#retryAtMs = null;
    this.#count = 0;
    this.#afterKey = undefined;
    return true;
  }

  /** For status and log; null when none are kept. */
  fault(target: string): SinkFault | null {
    if (this.#count === 0) return null;
    return {
      code: 'HIP_DB_UNAVAILABLE',
      message: `${target} neither took nor refused ${this.#count} punches`,
      remedy: 'They stay in the journal and are tried again; hip test-db shows what is wrong.',
      transient: true,
    };
  }
}
