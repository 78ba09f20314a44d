import { HipError } from '../errors.js';
import { createPrompt, type Prompt } from './prompt.js';

/** @throws {HipError} HIP_USAGE where nobody sits at the terminal */
export function openTerminal(): Prompt {
  if (!process.stdin.isTTY) {
    throw new HipError('HIP_USAGE', 'There is no terminal to ask on.', {
      suggestions: ['hip init --yes takes the answers from flags and HIP_* variables: hip init --help'],
    });
  }
  // Beside standard output, which may be taken by --json.
  return createPrompt({ input: process.stdin, output: process.stderr });
}

/** One line; PowerShell puts a byte order mark in front. */
export async function readPassword(input: AsyncIterable<Buffer | string>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of input) chunks.push(Buffer.from(chunk));
  const text = Buffer.concat(chunks).toString('utf8');
  return text.replace(/^\uFEFF/, '').replace(/\r?\n$/, '');
}
