import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

export interface Display {
  /** `:7`, for `DISPLAY`. */
  readonly name: string;
  readonly pid: number;
  close(): void;
}

/** A screen that nobody sees, with a number of its own. */
export async function startDisplay(): Promise<Display> {
  const args = ['-displayfd', '3', '-screen', '0', '1024x768x24', '-nolisten', 'tcp'];
  // Detached: a terminal's Ctrl-C must not take the screen away under programs that are still ending.
  const child = spawn('Xvfb', args, { stdio: ['ignore', 'ignore', 'ignore', 'pipe'], detached: true });
  const numbers = createInterface({ input: child.stdio[3] as Readable });
  const name = await new Promise<string>((resolve, reject) => {
    numbers.once('line', (line) => resolve(`:${line.trim()}`));
    child.once('error', reject);
    child.once('exit', () => reject(new Error('Xvfb ended before it had a screen')));
  });
  numbers.close();
  child.unref();
  return { name, pid: child.pid ?? 0, close: () => void child.kill() };
}
