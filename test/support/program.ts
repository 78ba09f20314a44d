import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { StatusReport } from '../../src/lib/shell/status/status.js';
import { freePort } from './ports.js';

const RUN = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), 'bin', 'run.js');

/** The built program with a data folder, a configuration and a port of its own. */
export interface Program {
  readonly target: string;
  /** What Node is to be started with for `hip` with these arguments. */
  words(args: readonly string[]): readonly string[];
  /**
   * Starts `hip` with these arguments; whoever starts it ends it.
   * @param through a command line to run it by, as `strace -D`
   */
  spawn(args: readonly string[], through?: readonly string[]): Spawned;
  /** Starts `hip serve` and resolves as soon as it takes requests. */
  serve(): Promise<Spawned>;
  /** The status of the running `hip serve`. */
  status(): Promise<ServeStatus>;
}

export type ServeStatus = Pick<StatusReport, 'journal' | 'sink' | 'forwarder'>;

export interface Spawned {
  readonly child: ChildProcess;
  /** Resolves to the exit code (null after a signal) when the process is gone. */
  readonly ended: Promise<number | null>;
  output(): { readonly stdout: string; readonly stderr: string };
}

export async function createProgram(
  folder: string,
  settings: { readonly serve?: object; readonly [section: string]: object | undefined },
): Promise<Program> {
  if (!existsSync(join(dirname(RUN), '../dist'))) throw new Error('build first: npm run build');
  const config = join(folder, 'config.json');
  const note = join(folder, 'serve.json');
  const port = await freePort();
  const serve = { port, host: '127.0.0.1', statusPort: await freePort() };
  writeFileSync(config, JSON.stringify({ ...settings, serve: { ...serve, ...settings.serve } }));
  const program: Program = {
    target: `http://127.0.0.1:${port}`,
    words: (args) => [RUN, ...args, '--config', config, '--data-dir', folder],
    spawn: (args, through = []) => spawnProgram([...through, process.execPath, ...program.words(args)]),
    serve: async () => {
      rmSync(note, { force: true });
      const spawned = program.spawn(['serve']);
      while (!(await answers(program.target))) {
        if (spawned.child.exitCode === null) continue;
        throw new Error(`hip serve ended: ${JSON.stringify(spawned.output())}`);
      }
      return spawned;
    },
    status: async () => {
      const { statusUrl } = JSON.parse(readFileSync(note, 'utf8')) as { statusUrl: string };
      return (await (await fetch(statusUrl)).json()) as ServeStatus;
    },
  };
  return program;
}

function spawnProgram([command = '', ...args]: readonly string[]): Spawned {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout?.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const ended = once(child, 'close').then(([code]) => code as number | null);
  return { child, ended, output: () => ({ stdout, stderr }) };
}

/** Any answer will do; the pause between two tries is the connection itself, or a turn of the timer. */
async function answers(target: string): Promise<boolean> {
  try {
    await (await fetch(`${target}/iclock/ping?SN=PROBE1`)).text();
    return true;
  } catch {
    await new Promise((resolve) => setTimeout(resolve, 20));
    return false;
  }
}

/** Starts a command of the built program; whoever starts it ends it. */
export function spawnHip(args: readonly string[]): Spawned {
  return spawnProgram([process.execPath, RUN, ...args]);
}

/** Runs a command of the built program to its end. */
export async function runHip(
  args: readonly string[],
): Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }> {
  const spawned = spawnHip(args);
  const code = await spawned.ended;
  return { code, ...spawned.output() };
}
