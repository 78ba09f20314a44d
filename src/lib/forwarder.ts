import type { DrainResult, Forwarder, ForwarderParts, ForwarderState } from './forwarder/contract.js';
import { Conveyor } from './forwarder/conveyor.js';
import { drainByTurns, drainByWatching } from './forwarder/drain.js';
import { Run } from './forwarder/run.js';

export type {
  DrainResult,
  Forwarder,
  ForwarderLock,
  ForwarderParts,
  ForwarderPhase,
  ForwarderSettings,
  ForwarderState,
} from './forwarder/contract.js';

/**
 * The loop that moves waiting punches from the journal to the sink. Core: it is handed everything it touches.
 *
 *   stopped          -> waiting-for-lock | probing         start, drain
 *   waiting-for-lock -> probing                            the other forwarder let go
 *   probing          -> forwarding | idle                  no fault
 *   forwarding       -> idle                               nothing waits, or only what the sink left undecided
 *   idle             -> forwarding                         something was appended, here or by another process
 *   probing, forwarding, idle -> backing-off               a fault that waiting may cure
 *   probing, forwarding       -> blocked-by-fault          a fault that a person must mend
 *   backing-off, blocked-by-fault -> probing               the wait is over (so nobody has to restart anything)
 *   any state        -> stopped                            stop, or a bug
 *
 * Law 4: only the sink's own verdicts settle a punch. Whatever else happens it waits; there is no retry limit.
 */
export function createForwarder(parts: ForwarderParts): Forwarder {
  return new Loop(parts);
}

/** How often to look for what other processes appended. */
const LOOK_MS = 1_000;
const LOCK_LOOK_MS = 3_000;
/** Terminals send one punch per request: what comes within this time goes out as one batch. */
const GATHER_MS = 50;
/** Service managers wait longer than this before they kill. */
const STOP_MS = 5_000;

class Loop implements Forwarder {
  readonly #parts: ForwarderParts;
  readonly #conveyor: Conveyor;
  #run: Run | null = null;
  #drain: Run | null = null;
  #notified = false;
  #dozing = false;

  constructor(parts: ForwarderParts) {
    this.#parts = parts;
    this.#conveyor = new Conveyor(parts);
  }

  async start(): Promise<void> {
    if (this.#run || this.#drain) throw new Error('the forwarder runs already');
    const run = new Run(this.#parts.clock, this.#parts.log);
    this.#run = run;
    try {
      await run.carry(this.#loop(run));
    } finally {
      this.#conveyor.stop();
      this.#run = null;
      run.end();
    }
  }

  async stop(): Promise<void> {
    await Promise.all([this.#end(this.#run), this.#end(this.#drain)]);
  }

  notify(): void {
    this.#notified = true;
    // Only an idle wait may be cut short: a backoff protects a target that is in trouble.
    if (this.#dozing) this.#run?.pause.end();
  }

  async drain({ timeoutMs }: { readonly timeoutMs: number }): Promise<DrainResult> {
    if (this.#drain) throw new Error('the forwarder is drained already');
    const { journal, clock, log } = this.#parts;
    const before = journal.totals();
    const run = new Run(clock, log);
    this.#drain = run;
    const cancel = clock.after(timeoutMs, () => run.abandon());
    const parts = { journal, conveyor: this.#conveyor, run };
    const alone = this.#run === null;
    try {
      if (!alone) this.notify();
      const outcome = (await run.carry(alone ? drainByTurns(parts) : drainByWatching(parts))) ?? 'timed-out';
      const { waiting, delivered, rejected } = journal.totals();
      return {
        outcome,
        delivered: Math.max(0, delivered - before.delivered),
        rejected: Math.max(0, rejected - before.rejected),
        waiting,
        fault: outcome === 'drained' ? null : this.#conveyor.fault,
      };
    } finally {
      cancel();
      if (alone) this.#conveyor.stop();
      this.#drain = null;
      run.end();
    }
  }

  state(): ForwarderState {
    return this.#conveyor.state();
  }

  async #loop(run: Run): Promise<void> {
    while (!run.stopping) {
      const turn = await this.#conveyor.turn(run);
      if (run.stopping || turn === 'moved') continue;
      if (turn === 'empty') await this.#doze(run);
      else await run.pause.wait(turn === 'locked-out' ? LOCK_LOOK_MS : this.#conveyor.delayMs);
    }
  }

  async #doze(run: Run): Promise<void> {
    this.#dozing = true;
    if (!this.#notified) await run.pause.wait(LOOK_MS);
    this.#dozing = false;
    if (this.#notified && !run.stopping) await run.pause.wait(GATHER_MS);
    this.#notified = false;
  }

  async #end(run: Run | null): Promise<void> {
    if (!run) return;
    run.askToStop();
    const cancel = this.#parts.clock.after(STOP_MS, () => run.abandon());
    await run.ended;
    cancel();
  }
}
