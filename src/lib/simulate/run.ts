import { setTimeout as sleep } from 'node:timers/promises';
import type { SimulatedDevice, SimulatedPunch } from './device.js';
import type { PunchSource } from './punches.js';
import { Totals } from './totals.js';
import type { Wire } from './wire.js';

/**
 * Sockets and pacing: lets devices punch when it is time and carries what they say. Each device has its own line and
 * says one thing at a time; what is not acknowledged it says again, until `giveUpMs` passed without progress.
 */
export interface RunParts {
  readonly devices: readonly SimulatedDevice[];
  readonly wires: readonly Wire[];
  readonly source: PunchSource;
  readonly pace: Pace;
  readonly patience: Patience;
  /** Called after the acknowledging reply was read completely. */
  readonly onAcknowledged: (punches: readonly SimulatedPunch[]) => void;
  /** Told once when nothing has answered for a while. */
  readonly onSilence: (() => void) | null;
  /** Ends the run; replies to what is on the wire are still read. */
  readonly signal: AbortSignal;
}

export interface Pace {
  /** Punches of all devices together. */
  readonly count: number;
  /** Punches per second of all devices together; 0 is as fast as the target takes them. */
  readonly rate: number;
  /** How long devices go on polling when all their punches are acknowledged: commands reach them only then. */
  readonly lingerMs: number;
  /** Between two polls; null is what each device does by itself. */
  readonly pollMs: number | null;
}

export interface Patience {
  /** Requests that fail in a row before a device gives up; 0 is no bound. */
  readonly attempts: number;
  readonly giveUpMs: number;
}

export interface RunResult {
  readonly outcome: 'done' | 'gave-up' | 'interrupted';
  readonly totals: Totals;
  /** Punches that came up, sent or not. */
  readonly punched: number;
  readonly elapsedMs: number;
}

/** What a terminal holds back while its server is away; the rest comes up when there is room. */
const MEMORY_PUNCHES = 5_000;
/** Terminals try again after about five seconds; a test tool sooner, but never in a hot loop. */
const FIRST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 500;

/** Longer, and whoever looks on thinks that it hangs. */
const SILENCE_MS = 2_000;

export async function runDevices(parts: RunParts): Promise<RunResult> {
  const totals = new Totals();
  const startedMs = performance.now();
  const runs = parts.devices.map((_, index) => new DeviceRun(parts, { index, startedMs, totals }));
  const silence = setTimeout(() => {
    if (totals.requests === totals.unanswered) parts.onSilence?.();
  }, SILENCE_MS);
  const outcomes = await Promise.all(runs.map((run) => run.untilDone())).finally(() => clearTimeout(silence));
  const gaveUp = outcomes.includes('gave-up');
  return {
    outcome: gaveUp ? 'gave-up' : outcomes.includes('interrupted') ? 'interrupted' : 'done',
    totals,
    punched: runs.reduce((sum, run) => sum + run.punched, 0),
    elapsedMs: performance.now() - startedMs,
  };
}

class DeviceRun {
  readonly #parts: RunParts;
  readonly #index: number;
  readonly #startedMs: number;
  readonly #totals: Totals;
  readonly #device: SimulatedDevice;
  #punched = 0;
  #failures = 0;
  #firstFailureMs = 0;
  #lastPollMs: number;
  #idleSinceMs: number | null = null;

  constructor(parts: RunParts, run: { index: number; startedMs: number; totals: Totals }) {
    this.#parts = parts;
    this.#index = run.index;
    this.#startedMs = run.startedMs;
    this.#totals = run.totals;
    this.#device = parts.devices[run.index]!;
    this.#lastPollMs = run.startedMs;
  }

  get punched(): number {
    return this.#punched;
  }

  async untilDone(): Promise<RunResult['outcome']> {
    while (!this.#parts.signal.aborted) {
      this.#letPunch();
      if (!this.#device.busy) {
        if (this.#isDone()) return 'done';
        await this.#rest();
        if (!this.#pollIsDue()) continue;
      }
      if (!(await this.#exchange())) return 'gave-up';
    }
    return 'interrupted';
  }

  /** Brings up all punches whose time has come, as far as there is room. */
  #letPunch(): void {
    for (;;) {
      const dueMs = this.#nextPunchMs();
      if (dueMs === null || dueMs > performance.now()) return;
      if (this.#device.unacknowledged >= MEMORY_PUNCHES) return;
      this.#device.punch(this.#parts.source.punch(this.#index, this.#punched));
      this.#punched += 1;
    }
  }

  /** Devices take turns: punch number n of all belongs to device n modulo devices. */
  #nextPunchMs(): number | null {
    const { count, rate } = this.#parts.pace;
    const number = this.#punched * this.#parts.devices.length + this.#index;
    if (number >= count) return null;
    return rate === 0 ? this.#startedMs : this.#startedMs + (number * 1000) / rate;
  }

  /** All is said, and the time is over in which the device stays on for commands. */
  #isDone(): boolean {
    if (this.#nextPunchMs() !== null) return false;
    this.#idleSinceMs ??= performance.now();
    return performance.now() >= this.#idleSinceMs + this.#parts.pace.lingerMs;
  }

  async #rest(): Promise<void> {
    const endMs = this.#idleSinceMs === null ? null : this.#idleSinceMs + this.#parts.pace.lingerMs;
    const nextMs = this.#nextPunchMs() ?? endMs ?? Number.POSITIVE_INFINITY;
    await this.#sleep(Math.min(nextMs, this.#pollAtMs()) - performance.now());
  }

  #pollAtMs(): number {
    return this.#lastPollMs + (this.#parts.pace.pollMs ?? this.#device.pollDelayMs);
  }

  #pollIsDue(): boolean {
    return performance.now() >= this.#pollAtMs();
  }

  /** False when the device's patience is at its end. */
  async #exchange(): Promise<boolean> {
    const request = this.#device.next();
    const outcome = this.#device.read(await this.#parts.wires[this.#index]!.exchange(request));
    this.#totals.add(request, outcome);
    if (outcome.acknowledged.length > 0) this.#parts.onAcknowledged(outcome.acknowledged);
    if (request.purpose === 'poll') this.#lastPollMs = performance.now();
    if (outcome.verdict !== 'understood') return this.#failed();
    // A greeting is no progress: a server that gives it but drops every punch would be tried for ever.
    if (request.purpose === 'punches' || !this.#device.busy) this.#failures = 0;
    return true;
  }

  async #failed(): Promise<boolean> {
    const { attempts, giveUpMs } = this.#parts.patience;
    if (this.#failures === 0) this.#firstFailureMs = performance.now();
    this.#failures += 1;
    if (attempts > 0 && this.#failures >= attempts) return false;
    if (performance.now() - this.#firstFailureMs >= giveUpMs) return false;
    const soonMs = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(this.#failures - 1, 10));
    await this.#sleep(this.#device.retryDelayMs ?? soonMs);
    return true;
  }

  async #sleep(ms: number): Promise<void> {
    if (ms <= 0) return;
    try {
      await sleep(ms, undefined, { signal: this.#parts.signal });
    } catch (error) {
      // Only the end of the run can cut a sleep short; the loops look for it themselves.
      if (!this.#parts.signal.aborted) throw error;
    }
  }
}
