import type { Log } from '../log.js';
import { type Clock, Pause } from './clock.js';

/**
 * One call of `start()` or `drain()`.
 *
 *   running -> stopping   (askToStop: no new batch begins, waits end)
 *   running | stopping -> abandoned   (abandon: what is in flight may no longer touch the journal)
 */
export class Run {
  readonly pause: Pause;
  /** Settles with `end()`, when the lock is given back. */
  readonly ended: Promise<void>;
  readonly #log: Log;
  readonly #givenUp: Promise<undefined>;
  #giveUp!: () => void;
  #resolveEnded!: () => void;
  #stopping = false;
  #abandoned = false;

  constructor(clock: Clock, log: Log) {
    this.#log = log;
    this.pause = new Pause(clock);
    this.#givenUp = new Promise((resolve) => {
      this.#giveUp = () => resolve(undefined);
    });
    this.ended = new Promise((resolve) => {
      this.#resolveEnded = resolve;
    });
  }

  get stopping(): boolean {
    return this.#stopping;
  }

  get abandoned(): boolean {
    return this.#abandoned;
  }

  askToStop(): void {
    this.#stopping = true;
    this.pause.end();
  }

  abandon(): void {
    this.#abandoned = true;
    this.askToStop();
    this.#giveUp();
  }

  /** The outcome of `work`, or undefined as soon as the run is abandoned. */
  async carry<T>(work: Promise<T>): Promise<T | undefined> {
    return await Promise.race([this.#carefully(work), this.#givenUp]);
  }

  end(): void {
    this.#resolveEnded();
  }

  /** Nobody listens any more to what fails after the run was abandoned: it must not become an unhandled rejection. */
  async #carefully<T>(work: Promise<T>): Promise<T | undefined> {
    try {
      return await work;
    } catch (error) {
      if (!this.#abandoned) throw error;
      this.#log.debug({ err: error }, 'a delivery failed after it had been abandoned');
      return undefined;
    }
  }
}
