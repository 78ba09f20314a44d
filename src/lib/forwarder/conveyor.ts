import { countPunches } from '../count.js';
import type { SinkFault } from '../sinks/sink.js';
import type { ForwarderParts, ForwarderPhase, ForwarderState } from './contract.js';
import { faultOf } from './fault.js';
import { KeptPunches } from './kept.js';
import { Outage } from './outage.js';
import { noteRemadeTable, TABLE_REMADE } from './remade.js';
import { type Delivered, deliverRound } from './round.js';
import type { Run } from './run.js';

/** Small steps: each is one short transaction between two appends of the listener. */
const PRUNE_ROWS = 500;
const PRUNE_EVERY_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** `locked-out`: another forwarder is at work. `unproven`: the probe found a fault. `empty`: nothing to take. */
export type Turn = 'locked-out' | 'unproven' | 'failed' | 'moved' | 'empty';

/** Takes one turn at a time and remembers how things stand; when to take the next is up to the caller. */
export class Conveyor {
  readonly #parts: ForwarderParts;
  readonly #outage: Outage;
  readonly #kept: KeptPunches;
  readonly #notesTold = new Set<string>();
  #phase: ForwarderPhase = 'stopped';
  #sinceMs: number;
  #nextTryMs: number | null = null;
  #delayMs = 0;
  #locked = false;
  /** True from a probe without faults to the next failure. */
  #proven = false;
  /** A table was made of which the journal has not been told yet. */
  #isRemade = false;
  #nextPruneMs = 0;
  #lastDeliveryMs: number | null = null;
  #delivered = 0;
  #inserted = 0;

  constructor(parts: ForwarderParts) {
    this.#parts = parts;
    this.#outage = new Outage(parts.clock, parts.random, parts.log);
    this.#kept = new KeptPunches(parts.clock, parts.random);
    this.#sinceMs = parts.clock.nowMs();
  }

  /** How long to wait after a turn that came to `unproven` or `failed`. */
  get delayMs(): number {
    return this.#delayMs;
  }

  get fault(): SinkFault | null {
    return this.#outage.fault ?? this.#kept.fault(this.#parts.sink.target);
  }

  /** @throws whatever is neither the sink's nor the journal's way to say "not now": a bug */
  async turn(run: Run): Promise<Turn> {
    try {
      if (!this.#lock()) return 'locked-out';
      if (!this.#proven && !(await this.#probe(run))) return 'unproven';
      return run.stopping ? 'empty' : await this.#forward(run);
    } catch (error) {
      const fault = faultOf(error);
      if (fault === null) throw error;
      if (!run.abandoned) this.#fail(fault, null);
      return 'failed';
    }
  }

  /** Gives the lock back; the next turn starts with a probe. */
  stop(): void {
    if (this.#locked) this.#parts.lock.release();
    this.#locked = false;
    this.#proven = false;
    this.#enter('stopped');
  }

  state(): ForwarderState {
    const fault = this.fault;
    return {
      state: this.#phase,
      since: iso(this.#sinceMs),
      lastDeliveryAt: this.#lastDeliveryMs === null ? null : iso(this.#lastDeliveryMs),
      deliveredSinceStart: this.#delivered,
      insertedSinceStart: this.#inserted,
      nextTryAt: this.#nextTryMs === null ? null : iso(this.#nextTryMs),
      error: fault && { code: fault.code, message: fault.message, remedy: fault.remedy },
    };
  }

  #lock(): boolean {
    this.#locked ||= this.#parts.lock.tryAcquire();
    if (!this.#locked) this.#enter('waiting-for-lock');
    return this.#locked;
  }

  async #probe(run: Run): Promise<boolean> {
    this.#enter('probing');
    const { faults, created, notes } = await this.#parts.sink.probe();
    if (run.abandoned) return false;
    this.#isRemade ||= created;
    if (this.#isRemade) this.#noteRemade();
    for (const note of notes.filter((note) => !this.#notesTold.has(note))) {
      this.#notesTold.add(note);
      this.#parts.log.info({ target: this.#parts.sink.target }, note);
    }
    // What a person must mend is worth more than what may cure itself.
    const fault = faults.find((each) => !each.transient) ?? faults[0];
    if (fault) this.#fail(fault, this.#parts.journal.totals().waiting);
    else this.#proven = true;
    return this.#proven;
  }

  #noteRemade(): void {
    const { journal, sink, log } = this.#parts;
    const message = noteRemadeTable(journal, sink.target);
    this.#isRemade = false;
    if (message !== null) log.warn({ code: TABLE_REMADE }, `${message}.`);
  }

  async #forward(run: Run): Promise<Turn> {
    const { journal, sink, clock, settings } = this.#parts;
    const first = journal.take(settings.batchRows, this.#kept.afterKey);
    if (first.length === 0) return this.#rest();
    this.#enter('forwarding');
    const onBatch = (batch: Delivered): void => {
      if (!run.abandoned) this.#count(batch);
    };
    const round = await deliverRound({ journal, sink, run, clock, settings, onBatch }, first);
    if (run.abandoned) return 'failed';
    if (round.fault) {
      this.#fail(round.fault, journal.totals().waiting);
      return 'failed';
    }
    this.#kept.passed(round.kept, round.lastKey);
    return 'moved';
  }

  #count({ delivered, inserted, rejected }: Delivered): void {
    const { clock, log } = this.#parts;
    this.#delivered += delivered;
    this.#inserted += inserted;
    if (delivered > 0) this.#lastDeliveryMs = clock.nowMs();
    if (delivered + rejected.length > 0) this.#outage.progressed(delivered);
    const first = rejected[0];
    if (first === undefined) return;
    const { code, message } = first;
    const count = rejected.length;
    log.warn(
      { count, code },
      `The target refused ${countPunches(count)} (${message}): hip punches --state rejected`,
    );
  }

  /** Nothing to take: time to tell how it went and to prune. */
  #rest(): Turn {
    if (this.#kept.rest()) return 'moved';
    this.#outage.ended();
    this.#prune();
    this.#enter('idle', this.#kept.retryAtMs);
    const kept = this.#kept.fault(this.#parts.sink.target);
    if (kept) this.#outage.tell(kept, this.#kept.count);
    return 'empty';
  }

  #prune(): void {
    const { journal, clock, settings } = this.#parts;
    if (settings.keepDays === 0 || clock.nowMs() < this.#nextPruneMs) return;
    const pruned = journal.prune(new Date(clock.nowMs() - settings.keepDays * DAY_MS), PRUNE_ROWS);
    if (pruned < PRUNE_ROWS) this.#nextPruneMs = clock.nowMs() + PRUNE_EVERY_MS;
  }

  /** @param waiting for the log; null where the journal can't be asked */
  #fail(fault: SinkFault, waiting: number | null): void {
    this.#proven = false;
    this.#delayMs = this.#outage.failed(fault, waiting);
    const nextTryMs = this.#parts.clock.nowMs() + this.#delayMs;
    this.#enter(fault.transient ? 'backing-off' : 'blocked-by-fault', nextTryMs);
  }

  #enter(phase: ForwarderPhase, nextTryMs: number | null = null): void {
    if (phase !== this.#phase) this.#sinceMs = this.#parts.clock.nowMs();
    this.#phase = phase;
    this.#nextTryMs = nextTryMs;
  }
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
