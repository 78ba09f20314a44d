import { HipError } from '../../errors.js';
import type { DrainResult } from '../../forwarder.js';
import { type Journal, JournalUnavailable } from '../../journal/journal.js';
import type { SyncParts } from '../../sync/parts.js';
import { runPass } from '../../sync/pass.js';
import { NO_TALLY, type PassReport } from '../../sync/report.js';
import type { Pace } from '../serve/listener-presence.js';
import type { SyncDelivery } from './sync-delivery.js';

/** What `hip sync --json` prints; keys are a contract (README, "Commands"). */
export interface SyncReport extends PassReport {
  /** During this run, by whichever forwarder. */
  readonly delivered: number;
  readonly waiting: number;
  /** Refused by the database during this run; they stay in the journal. */
  readonly refusedByDatabase: number;
  /** Null when no database is configured. */
  readonly target: string | null;
  /** Why punches wait although a database is configured; null when none do. */
  readonly fault: SyncFault | null;
  /** Another `hip sync` is at work on this journal: this one did nothing. */
  readonly alreadyRunning: boolean;
  readonly dryRun: boolean;
}

export interface SyncFault {
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
}

/** Where punches go from here, and how much room a run leaves to others. */
export interface Way {
  /** Null, like the delivery, when no database is configured. */
  readonly target: string | null;
  readonly delivery: SyncDelivery | null;
  /** Null where nobody else has the journal. */
  readonly pace: Pace | null;
}

/** Of 1,000 punches each: about 30 ms, for which only another `hip` that writes would have to wait. */
const CHUNKS_ALONE = 4;

/** Reading and delivering, once and again. */
export class SyncRun {
  readonly #parts: SyncParts;
  readonly #journal: Journal;
  readonly #target: string | null;
  readonly #delivery: SyncDelivery | null;
  readonly #pace: Pace | null;

  constructor(parts: SyncParts, journal: Journal, way: Way) {
    this.#parts = parts;
    this.#journal = journal;
    this.#target = way.target;
    this.#delivery = way.delivery;
    this.#pace = way.pace;
  }

  /** @throws {JournalUnavailable} */
  async run(): Promise<SyncReport> {
    const before = this.#journal.totals();
    const sentBefore = this.#sent();
    const pass = await runPass({
      ...this.#parts,
      journal: this.#watchedJournal(),
      chunksAtOnce: () => (this.#pace?.isShared ? 1 : CHUNKS_ALONE),
    });
    const drained = (await this.#delivery?.finish()) ?? null;
    const after = this.#journal.totals();
    return {
      ...this.#idle(),
      ...pass,
      // The journal's total also tells what another forwarder did, and falls when old punches are pruned.
      delivered: Math.max(this.#sent() - sentBefore, after.delivered - before.delivered),
      refusedByDatabase: Math.max(0, after.rejected - before.rejected),
      waiting: after.waiting,
      fault: drained === null || drained.outcome === 'drained' ? null : faultOf(drained),
    };
  }

  async rehearse(): Promise<SyncReport> {
    const idle = this.#idle();
    const pass = await runPass(this.#parts);
    return { ...idle, ...pass, dryRun: true };
  }

  /** When another `hip sync` is at work. */
  aside(): SyncReport {
    return { ...this.#idle(), alreadyRunning: true };
  }

  #idle(): SyncReport {
    return {
      files: [],
      foldersNotRead: [],
      totals: { files: 0, ...NO_TALLY },
      sources: [],
      delivered: 0,
      waiting: this.#journal.totals().waiting,
      refusedByDatabase: 0,
      target: this.#target,
      fault: null,
      alreadyRunning: false,
      dryRun: false,
    };
  }

  #sent(): number {
    return this.#delivery?.sent() ?? 0;
  }

  #watchedJournal(): SyncParts['journal'] {
    return {
      append: async (entry) => {
        const startMs = performance.now();
        const result = await this.#journal.append(entry);
        await this.#pace?.rest(startMs);
        if (result.stored === 0) return result;
        this.#delivery?.appended(result.stored);
        await this.#delivery?.room();
        return result;
      },
      checkpoint: (file) => this.#journal.checkpoint(file),
    };
  }
}

function faultOf({ outcome, fault, waiting }: DrainResult): SyncFault | null {
  if (fault) return { code: fault.code, message: fault.message, remedy: fault.remedy };
  if (waiting === 0) return null;
  return {
    code: 'HIP_DB_UNAVAILABLE',
    message:
      outcome === 'timed-out'
        ? 'Another hip has the delivery in hand and gets nothing done'
        : 'Some punches were kept',
    remedy: 'Look at hip status.',
  };
}

/** What the journal says when it can't store, as an error of the command. */
export function refusedByJournal(error: unknown): unknown {
  if (!(error instanceof JournalUnavailable)) return error;
  const code = error.reason === 'damaged' ? 'HIP_JOURNAL_DAMAGED' : 'HIP_JOURNAL_UNWRITABLE';
  return new HipError(code, error.message, {
    suggestions: [
      'What was read before is safe; mend this and run hip sync again: it goes on where it stopped',
    ],
    cause: error,
  });
}
