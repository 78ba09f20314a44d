import { readFileSync } from 'node:fs';
import { findOnPath, installPackages } from '../support/packages.js';

/**
 * The kernel's side of the program: what it calls, made to fail or to end at a call of our choice. Nothing in hip knows
 * of it, so what is tested is what is delivered.
 */

/** Installs strace where that is possible. */
export async function requireStrace(): Promise<void> {
  if (!findOnPath('strace')) await installPackages('strace', ['strace']);
}

export interface Tracing {
  /** File the calls are written to. */
  readonly log: string;
  readonly calls: readonly string[];
  /** Only calls on this file. */
  readonly path?: string;
  /** As strace's own `inject=`: `fsync:error=EIO:when=3..5`. */
  readonly inject?: string;
}

/**
 * What stands before the program's own command line. The tracer is the grandchild, so the process that is spawned is
 * the program itself and a signal to it hits nothing else.
 */
export function traced({ log, calls, path, inject }: Tracing): string[] {
  return [
    ...['strace', '-D', '-f', '-y', '-s', '0', '-o', log],
    ...['-e', `trace=${calls.join(',')}`],
    ...(path === undefined ? [] : ['-P', path]),
    ...(inject === undefined ? [] : ['-e', `inject=${inject}`]),
  ];
}

export interface TracedCall {
  readonly name: string;
  /** The file or socket of its first argument. */
  readonly file: string;
  readonly result: number;
  /** Offset and length of a `pwrite64`. */
  readonly offset: number;
  readonly length: number;
}

const CALL = /^(\w+)\(\d+<([^>]*)>(?:, (.*))?\) += (-?\d+)/;
const LINE = /^(\d+) +(.*)$/;
const UNFINISHED = / <unfinished \.\.\.>$/;
const RESUMED = /^<\.\.\. \w+ resumed>/;

/**
 * The calls of a log, without those that never returned. Where another thread's call stands in the midst of one, a
 * sync is placed where it ended and anything else where it began, which is the harder order for what is judged by it.
 */
export function readCalls(log: string): TracedCall[] {
  const begun = new Map<string, { readonly text: string; readonly at: number }>();
  const calls: { readonly at: number; readonly call: TracedCall }[] = [];
  readFileSync(log, 'utf8')
    .split('\n')
    .forEach((line, at) => {
      const [, thread = '', text = ''] = LINE.exec(line) ?? [];
      if (UNFINISHED.test(text)) {
        begun.set(thread, { text: text.replace(UNFINISHED, ''), at });
        return;
      }
      const start = RESUMED.test(text) ? begun.get(thread) : undefined;
      const call = readCall(start ? start.text + text.replace(RESUMED, '') : text);
      if (call) calls.push({ at: start && !call.name.endsWith('sync') ? start.at : at, call });
    });
  return calls.sort((a, b) => a.at - b.at).map(({ call }) => call);
}

function readCall(text: string): TracedCall | null {
  const [, name, file, rest = '', result] = CALL.exec(text) ?? [];
  if (name === undefined || file === undefined) return null;
  const [length = 0, offset = 0] = (/(\d+), (\d+)$/.exec(rest) ?? []).slice(1).map(Number);
  return { name, file, result: Number(result), offset, length };
}
