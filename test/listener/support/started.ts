import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Dialect } from '../../../src/lib/dialects/dialect.js';
import { createDialects } from '../../../src/lib/dialects/index.js';
import type { Clock } from '../../../src/lib/forwarder/clock.js';
import type { Journal } from '../../../src/lib/journal/journal.js';
import { openJournal } from '../../../src/lib/journal/open.js';
import type { IntakeJournal } from '../../../src/lib/listener/intake.js';
import { createListener, type Listener } from '../../../src/lib/listener/listener.js';
import { LISTENER_DEFAULTS, type ListenerSettings } from '../../../src/lib/listener/settings.js';
import type { Log } from '../../../src/lib/log.js';

export const realClock: Clock = {
  nowMs: () => Date.now(),
  after: (ms, call) => {
    const timer = setTimeout(call, ms);
    return () => clearTimeout(timer);
  },
};

export interface Given {
  readonly settings?: Partial<ListenerSettings>;
  readonly dialects?: readonly Dialect[];
  /** Stands between listener and journal, to hold commits back or refuse them. */
  readonly between?: (journal: Journal) => IntakeJournal;
  readonly clock?: Clock;
}

export interface Started {
  readonly port: number;
  readonly listener: Listener;
  readonly journal: Journal;
  readonly log: LogLines;
  /** User ids of all punches on disk, in the order of their arrival. */
  users(): string[];
}

/** A listener on a free port, with the real dialects and a real journal in a temporary folder. */
export async function startListener(given: Given = {}): Promise<Started> {
  const dataDir = mkdtempSync(join(tmpdir(), 'hip-listener-'));
  const journal = openJournal({ dataDir });
  const log = new LogLines();
  const listener = createListener({
    settings: { ...TEST_SETTINGS, ...given.settings },
    dialects: given.dialects ?? createDialects(),
    journal: given.between?.(journal) ?? journal,
    log,
    clock: given.clock ?? realClock,
  });
  const { port } = await listener.start();
  onTestFinished(async () => {
    await listener.stop({ graceMs: 0 });
    journal.close();
    rmSync(dataDir, { recursive: true });
  });
  const users = (): string[] => [...journal.punches({})].map(({ userId }) => userId);
  return { port, listener, journal, log, users };
}

const TEST_SETTINGS: ListenerSettings = {
  ...LISTENER_DEFAULTS,
  host: '127.0.0.1',
  port: 0,
  dialects: { plainDeviceSn: 'HIP_DEVICE_1', statusMaps: new Map(), fkReplies: new Map() },
};

/** A log that keeps what it was told. */
export class LogLines implements Log {
  readonly lines: { readonly level: string; readonly fields: object; readonly message: string }[] = [];

  debug(fields: object, message: string): void {
    this.lines.push({ level: 'debug', fields, message });
  }
  info(fields: object, message: string): void {
    this.lines.push({ level: 'info', fields, message });
  }
  warn(fields: object, message: string): void {
    this.lines.push({ level: 'warn', fields, message });
  }
  error(fields: object, message: string): void {
    this.lines.push({ level: 'error', fields, message });
  }
}

/** A clock that moves only when told to. */
export class ManualClock implements Clock {
  #nowMs = Date.UTC(2026, 10, 22, 1, 0, 0);
  readonly #due = new Set<{ readonly atMs: number; readonly call: () => void }>();

  nowMs(): number {
    return this.#nowMs;
  }

  after(ms: number, call: () => void): () => void {
    const timer = { atMs: this.#nowMs + ms, call };
    this.#due.add(timer);
    return () => this.#due.delete(timer);
  }

  advance(ms: number): void {
    const endMs = this.#nowMs + ms;
    for (let next = this.#next(endMs); next; next = this.#next(endMs)) {
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      this.#due.delete(next);
      next.call();
    }
    this.#nowMs = endMs;
  }

  #next(endMs: number) {
    return [...this.#due].filter(({ atMs }) => atMs <= endMs).sort((a, b) => a.atMs - b.atMs)[0];
  }
}

/** Calls again and again until it no longer throws; the test's own timeout ends it. */
export async function eventually<T>(look: () => T): Promise<T> {
  for (;;) {
    try {
      return look();
    } catch (error) {
      if (performance.now() > GIVE_UP_MS + startedMs) throw error;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

const startedMs = performance.now();
const GIVE_UP_MS = 60_000;
