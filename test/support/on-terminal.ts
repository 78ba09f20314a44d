import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Program } from './program.js';

/** Answers the first question with a line; `script` of Debian's base system makes the terminal. */
export async function onTerminal(
  program: Program,
  args: readonly string[],
  line: string,
): Promise<{ readonly code: number | null; readonly text: string }> {
  const words = [process.execPath, ...program.words(args)].map((word) => `'${word}'`).join(' ');
  const child = spawn('script', ['-qec', words, '/dev/null'], { stdio: ['pipe', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
    if (text.includes('[no]: ') && child.stdin.writable) child.stdin.end(`${line}\r`);
  });
  const [code] = await once(child, 'close');
  return { code: code as number | null, text };
}
