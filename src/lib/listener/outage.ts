import { messageOf } from '../errors.js';
import { JournalUnavailable } from '../journal/journal.js';
import type { Log } from '../log.js';

/** The last time the journal could not commit; `endedAt` is null while it lasts. */
export interface JournalOutage {
  readonly reason: JournalUnavailable['reason'];
  readonly message: string;
  /** ISO UTC. */
  readonly since: string;
  readonly endedAt: string | null;
  /** Requests answered with "try again" meanwhile. */
  readonly refused: number;
}

/** Devices try again every few seconds: a line for each would bury the log. */
export const LOG_EVERY_MS = 60_000;

/**
 * States: fine -> failing (an append was refused) -> fine (one was committed). One log line when it begins, one a
 * minute while it lasts, one when it is over.
 */
export class Outage {
  #current: JournalOutage | null = null;
  #loggedMs = Number.NEGATIVE_INFINITY;
  readonly #nowMs: () => number;
  readonly #log: Log;

  constructor(nowMs: () => number, log: Log) {
    this.#nowMs = nowMs;
    this.#log = log;
  }

  get last(): JournalOutage | null {
    return this.#current;
  }

  note(error: unknown): void {
    const nowMs = this.#nowMs();
    const lasting = this.#current?.endedAt === null ? this.#current : null;
    const reason = error instanceof JournalUnavailable ? error.reason : 'unknown';
    this.#current = {
      reason,
      message: messageOf(error),
      since: lasting?.since ?? new Date(nowMs).toISOString(),
      endedAt: null,
      refused: (lasting?.refused ?? 0) + 1,
    };
    if (lasting && nowMs - this.#loggedMs < LOG_EVERY_MS) return;
    this.#loggedMs = nowMs;
    const stack = error instanceof JournalUnavailable ? undefined : (error as { stack?: unknown })?.stack;
    this.#log.error(
      { reason, refused: this.#current.refused, stack },
      `Punches can't be stored (${messageOf(error)}). Devices are told to try again and keep them.`,
    );
  }

  /** Something was committed. */
  end(): void {
    if (this.#current === null || this.#current.endedAt !== null) return;
    const endedAt = new Date(this.#nowMs()).toISOString();
    this.#current = { ...this.#current, endedAt };
    this.#log.info(
      { refused: this.#current.refused, since: this.#current.since },
      'Punches are stored again.',
    );
  }
}
