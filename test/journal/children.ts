import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll } from 'vitest';
import type { Order, Report } from './child.js';

/** Real processes that run the journal's own code, for what only processes can show: locks, kills, contention. */
export interface Children {
  start(order: Order): Child;
}

export interface Child {
  /** The next report of this kind; what came before it is passed over. */
  next<K extends Report['kind']>(kind: K): Promise<Extract<Report, { kind: K }>>;
  /** All reports that came so far. */
  readonly reports: readonly Report[];
  signal(name: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT' | 'SIGTERM'): void;
  /** Resolves when the process is gone. */
  readonly ended: Promise<unknown>;
}

const SQLITE = fileURLToPath(import.meta.resolve('@photostructure/sqlite'));

/** Call at the top of a test file. */
export function useChildren(): Children {
  let folder = '';
  const running = new Set<ChildProcess>();
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'hip-child-'));
    await build({
      entryPoints: [join(import.meta.dirname, 'child.ts')],
      bundle: true,
      platform: 'node',
      format: 'esm',
      outfile: join(folder, 'child.mjs'),
      alias: { '@photostructure/sqlite': SQLITE },
      external: [SQLITE],
      logLevel: 'error',
    });
  });
  afterEach(async () => {
    for (const child of running) {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    }
    running.clear();
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return {
    start(order) {
      const process = fork(join(folder, 'child.mjs'), [JSON.stringify(order)], {
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      });
      running.add(process);
      return follow(process);
    },
  };
}

function follow(process: ChildProcess): Child {
  const reports: Report[] = [];
  let read = 0;
  let wake = (): void => undefined;
  const ended = once(process, 'exit');
  process.on('message', (report: Report) => {
    reports.push(report);
    wake();
  });
  process.on('exit', () => wake());
  const isGone = (): boolean => process.exitCode !== null || process.signalCode !== null;
  return {
    reports,
    ended,
    signal: (name) => void process.kill(name),
    async next(kind) {
      for (;;) {
        while (read < reports.length) {
          const report = reports[read]!;
          read += 1;
          if (report.kind === kind) return report as never;
        }
        if (isGone()) throw new Error(`the child ended after ${JSON.stringify(reports.at(-1))}`);
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}
