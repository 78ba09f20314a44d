import { messageOf } from '../errors.js';
import { type JournalEntry, JournalUnavailable } from '../journal/journal.js';
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

/** A full quarantine refuses some senders only, who come back within minutes; who stays away is not refused any more. */
const FULL_QUARANTINE_LASTS_MS = 600_000;

/**
 * States: fine -> failing (an append was refused) -> fine (one was committed that proves the fault gone). One log line
 * when it begins, one a minute while it lasts, one when it is over; where it comes and goes, not more than these.
 */
export class Outage {
  #current: JournalOutage | null = null;
  #refusedMs = Number.NEGATIVE_INFINITY;
  #loggedMs = Number.NEGATIVE_INFINITY;
  #isLogged = false;
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
    this.#refusedMs = nowMs;
    const reason = error instanceof JournalUnavailable ? error.reason : 'unknown';
    this.#current = {
      reason,
      message: messageOf(error),
      since: lasting?.since ?? new Date(nowMs).toISOString(),
      endedAt: null,
      refused: (lasting?.refused ?? 0) + 1,
    };
    if (nowMs - this.#loggedMs < LOG_EVERY_MS) return;
    this.#loggedMs = nowMs;
    this.#isLogged = true;
    const stack = error instanceof JournalUnavailable ? undefined : (error as { stack?: unknown })?.stack;
    this.#log.error(
      { reason, refused: this.#current.refused, stack },
      `Punches can't be stored (${messageOf(error)}). Devices are told to try again and keep them.`,
    );
  }

  /** Something was committed. */
  end(entry: Pick<JournalEntry, 'unread'>): void {
    if (this.#current === null || this.#current.endedAt !== null || !this.#isProof(entry)) return;
    const endedAt = new Date(this.#nowMs()).toISOString();
    this.#current = { ...this.#current, endedAt };
    if (!this.#isLogged) return;
    this.#isLogged = false;
    this.#log.info(
      { refused: this.#current.refused, since: this.#current.since },
      'Punches are stored again.',
    );
  }

  /** What has nothing for a full quarantine goes through it all the time. */
  #isProof({ unread = [] }: Pick<JournalEntry, 'unread'>): boolean {
    if (this.#current?.reason !== 'quarantine-full' || unread.length > 0) return true;
    return this.#nowMs() - this.#refusedMs > FULL_QUARANTINE_LASTS_MS;
  }
}
