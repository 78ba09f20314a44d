import type { Log } from '../log.js';
import type { SinkFault } from '../sinks/sink.js';
import type { Clock } from './clock.js';

/** The first wait after a failure; short, because most failures are a line that blinked. */
const FIRST_DELAY_MS = 1_000;
/** The longest: the office line may be down for hours, and a return is noticed within five minutes. */
const LONGEST_DELAY_MS = 300_000;
/** An outage of a night must not fill the log. */
const LOG_EVERY_MS = 60_000;

/** Exponential backoff, jittered over its upper half so that several offices do not return in step. */
export function backoffMs(attempt: number, random: () => number): number {
  const full = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(attempt - 1, 30));
  return Math.round(full * (0.5 + random() / 2));
}

/**
 * What went wrong in a row, how long to wait, and what the log says of it.
 * An outage begins with the first failure and ends when nothing waits any more, so that a line that comes and goes
 * makes one story and not a hundred.
 */
export class Outage {
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #log: Log;
  #attempts = 0;
  #startedMs: number | null = null;
  #told = false;
  #lastToldMs: number | null = null;
  #delivered = 0;
  #fault: SinkFault | null = null;

  constructor(clock: Clock, random: () => number, log: Log) {
    this.#clock = clock;
    this.#random = random;
    this.#log = log;
  }

  /** The latest fault; null once a batch went through. */
  get fault(): SinkFault | null {
    return this.#fault;
  }

  /** Counts one more failure; returns how long to wait before the next try. */
  failed(fault: SinkFault, waiting: number | null): number {
    this.#fault = fault;
    this.#attempts += 1;
    this.#startedMs ??= this.#clock.nowMs();
    const delayMs = backoffMs(this.#attempts, this.#random);
    this.tell(fault, waiting);
    return delayMs;
  }

  /** A batch went through: the next failure starts again with a short wait. */
  progressed(delivered: number): void {
    this.#attempts = 0;
    this.#fault = null;
    if (this.#startedMs !== null) this.#delivered += delivered;
  }

  /** Nothing waits any more. */
  ended(): void {
    this.progressed(0);
    if (this.#startedMs === null) return;
    const seconds = Math.round((this.#clock.nowMs() - this.#startedMs) / 1000);
    if (this.#told) {
      const delivered = this.#delivered;
      this.#log.info({ seconds, delivered }, `delivering again after ${seconds} s: ${delivered} delivered`);
    }
    this.#startedMs = null;
    this.#told = false;
    this.#delivered = 0;
  }

  /** One line a minute at most, whatever it is about. */
  tell(fault: SinkFault, waiting: number | null): void {
    const nowMs = this.#clock.nowMs();
    if (this.#lastToldMs !== null && nowMs - this.#lastToldMs < LOG_EVERY_MS) return;
    this.#lastToldMs = nowMs;
    this.#told = this.#startedMs !== null;
    const fields = { code: fault.code, attempts: this.#attempts, waiting };
    const kept = waiting === 0 ? '' : ` (${waiting ?? 'all'} punches wait and are kept)`;
    const message = `${fault.message}${kept}. ${fault.remedy}`;
    if (fault.transient) this.#log.warn(fields, message);
    else this.#log.error(fields, message);
  }
}
