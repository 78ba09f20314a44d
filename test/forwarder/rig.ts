import type { Clock } from '../../src/lib/forwarder/clock.js';
import { createForwarder, type Forwarder, type ForwarderSettings } from '../../src/lib/forwarder.js';
import type { JournalTotals, Verdicts, WaitingPunch } from '../../src/lib/journal/journal.js';
import type { Log } from '../../src/lib/log.js';
import {
  type Sink,
  type SinkFault,
  type SinkProbe,
  type SinkPunch,
  SinkUnavailable,
  type WriteResult,
} from '../../src/lib/sinks/sink.js';

export const LINE_DOWN: SinkFault = {
  code: 'HIP_DB_CONNECT',
  message: 'db.example:3306 does not answer',
  remedy: 'Check the line.',
  transient: true,
};

export const WRONG_PASSWORD: SinkFault = {
  code: 'HIP_DB_LOGIN',
  message: 'db.example refused the password of hip',
  remedy: 'Correct database.password.',
  transient: false,
};

/** Time that moves only when a test says so. */
export class FakeClock implements Clock {
  #nowMs = Date.UTC(2026, 0, 5, 8);
  #timers: { readonly atMs: number; readonly call: () => void }[] = [];

  nowMs(): number {
    return this.#nowMs;
  }

  after(ms: number, call: () => void): () => void {
    const timer = { atMs: this.#nowMs + ms, call };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((each) => each !== timer);
    };
  }

  /** Lets `ms` go by, timer after timer, each with all that follows from it. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.#nowMs + ms;
    for (;;) {
      await settled();
      const next = this.#timers
        .filter((timer) => timer.atMs <= untilMs)
        .sort((a, b) => a.atMs - b.atMs)
        .at(0);
      if (!next) break;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.#nowMs = next.atMs;
      next.call();
    }
    this.#nowMs = untilMs;
    await settled();
  }
}

/** Returns when all promises that can settle without time or I/O have. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Keeps what the forwarder needs of a journal, in memory. */
export class FakeJournal {
  readonly states = new Map<number, 'waiting' | 'delivered' | 'rejected'>();
  readonly punches: WaitingPunch[] = [];
  readonly verdicts: Verdicts[] = [];
  readonly pruned: { readonly before: Date; readonly limit: number }[] = [];
  readonly notices: string[] = [];
  prunable = 0;
  takes = 0;
  /** What `settle` throws, when set. */
  failure: Error | null = null;

  append(count: number): void {
    for (let i = 0; i < count; i += 1) {
      const key = this.punches.length + 1;
      const time = `2026-01-05 ${String(Math.floor(key / 60) % 24).padStart(2, '0')}:00:00`;
      const userId = String(key);
      this.punches.push({ key, deviceName: 'SIM1', userId, time, status: 0, verify: 1, raw: `${key}` });
      this.states.set(key, 'waiting');
    }
  }

  take(limit: number, afterKey = 0): readonly WaitingPunch[] {
    this.takes += 1;
    return this.punches
      .filter(({ key }) => key > afterKey && this.states.get(key) === 'waiting')
      .slice(0, limit);
  }

  newestKey(): number {
    return this.punches.length;
  }

  settle(verdicts: Verdicts): void {
    if (this.failure) throw this.failure;
    this.verdicts.push(verdicts);
    for (const key of verdicts.accepted) this.states.set(key, 'delivered');
    for (const { key } of verdicts.rejected) this.states.set(key, 'rejected');
  }

  totals(): JournalTotals {
    return {
      waiting: this.count('waiting'),
      held: 0,
      delivered: this.count('delivered'),
      rejected: this.count('rejected'),
      quarantined: 0,
      duplicates: 0,
      skipped: 0,
      dropped: 0,
      lastPunchAt: null,
      oldestWaitingAt: null,
      target: this.verdicts.at(-1)?.target ?? null,
    };
  }

  addNotice({ message }: { readonly message: string }): void {
    if (this.failure) throw this.failure;
    this.notices.push(message);
  }

  prune(before: Date, limit: number): number {
    this.pruned.push({ before, limit });
    const count = Math.min(limit, this.prunable);
    this.prunable -= count;
    return count;
  }

  count(state: 'waiting' | 'delivered' | 'rejected'): number {
    return [...this.states.values()].filter((each) => each === state).length;
  }
}

/** Rows with a unique key, and every way to be in trouble. */
export class FakeSink implements Sink {
  readonly target = 'mysql://db.example:3306/hip.device_logs';
  readonly rows = new Map<string, SinkPunch>();
  readonly batches: (readonly SinkPunch[])[] = [];
  probes = 0;
  /** The next probe has to make the table. */
  missing = false;
  faults: readonly SinkFault[] = [];
  notes: readonly string[] = [];
  /** What `write` throws, when set. */
  failure: Error | null = null;
  /** The first key of the batches that it is thrown for. */
  failsFrom = 0;
  /** Keys that are neither accepted nor rejected. */
  readonly undecided = new Set<number>();
  readonly refused = new Set<number>();
  /** Batches that begin with one of these keys reach the table, but their answer hangs until `letGo`. */
  readonly hangs = new Set<number>();
  #letGo: () => void = () => undefined;
  #goes = new Promise<void>((resolve) => {
    this.#letGo = resolve;
  });
  /** While set, writes reach the table but their answers hang. */
  gate: Promise<void> | null = null;
  mostAtOnce = 0;
  parallelWrites = 1;
  #atOnce = 0;

  async probe(): Promise<SinkProbe> {
    this.probes += 1;
    const reachable = this.faults.length === 0;
    const created = this.missing;
    this.missing = false;
    return { reachable, faults: this.faults, created, notes: this.notes };
  }

  async write(batch: readonly SinkPunch[]): Promise<WriteResult> {
    this.batches.push(batch);
    this.#atOnce += 1;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.#atOnce);
    try {
      await Promise.resolve();
      if (this.failure && (batch[0]?.key ?? 0) >= this.failsFrom) throw this.failure;
      const result = this.#store(batch);
      await this.gate;
      if (batch[0] && this.hangs.has(batch[0].key)) await this.#goes;
      return result;
    } finally {
      this.#atOnce -= 1;
    }
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** Trouble that both probe and write hear of. */
  breakDown(fault: SinkFault): void {
    this.faults = [fault];
    this.failure = new SinkUnavailable(fault);
  }

  letGo(): void {
    this.#letGo();
  }

  recover(): void {
    this.faults = [];
    this.failure = null;
  }

  get writtenKeys(): number[] {
    return this.batches.flat().map(({ key }) => key);
  }

  #store(batch: readonly SinkPunch[]): WriteResult {
    const before = this.rows.size;
    const takenIn = batch.filter(({ key }) => !this.undecided.has(key) && !this.refused.has(key));
    for (const punch of takenIn) {
      const identity = `${punch.deviceName}|${punch.userId}|${punch.time}`;
      if (!this.rows.has(identity)) this.rows.set(identity, punch);
    }
    const rejected = batch.filter(({ key }) => this.refused.has(key));
    return {
      accepted: takenIn.map(({ key }) => key),
      inserted: this.rows.size - before,
      rejected: rejected.map(({ key }) => ({ key, code: 'ER_DATA_TOO_LONG', message: 'Data too long' })),
    };
  }
}

export class FakeLock {
  /** Another process has it. */
  taken = false;
  held = false;

  tryAcquire(): boolean {
    if (this.taken) return false;
    this.held = true;
    return true;
  }

  release(): void {
    this.held = false;
  }
}

export class FakeLog implements Log {
  readonly lines: { readonly level: string; readonly fields: object; readonly message: string }[] = [];
  debug = this.#at('debug');
  info = this.#at('info');
  warn = this.#at('warn');
  error = this.#at('error');

  count(level: string): number {
    return this.lines.filter((line) => line.level === level).length;
  }

  #at(level: string): (fields: object, message: string) => void {
    return (fields, message) => this.lines.push({ level, fields, message });
  }
}

export interface Rig {
  readonly journal: FakeJournal;
  readonly sink: FakeSink;
  readonly lock: FakeLock;
  readonly clock: FakeClock;
  readonly log: FakeLog;
  readonly forwarder: Forwarder;
}

/** A forwarder among fakes; jitter is off (the longest of each wait). */
export function createRig(
  settings: Partial<ForwarderSettings> = {},
  parts: { readonly journal?: FakeJournal; readonly sink?: FakeSink } = {},
): Rig {
  const journal = parts.journal ?? new FakeJournal();
  const sink = parts.sink ?? new FakeSink();
  const lock = new FakeLock();
  const clock = new FakeClock();
  const log = new FakeLog();
  const forwarder = createForwarder({
    journal,
    sink,
    lock,
    clock,
    log,
    random: () => 1,
    settings: { batchRows: 10, keepDays: 0, ...settings },
  });
  return { journal, sink, lock, clock, log, forwarder };
}
