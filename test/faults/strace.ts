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

const CALL = /^\d+ +(\w+)\(\d+<([^>]*)>(?:, (.*))?\) += (-?\d+)/;

/** The calls of a log in their order, without those that never returned. */
export function readCalls(log: string): TracedCall[] {
  return readFileSync(log, 'utf8')
    .split('\n')
    .flatMap((line) => {
      const [, name, file, rest = '', result] = CALL.exec(line) ?? [];
      if (name === undefined || file === undefined) return [];
      const [length = 0, offset = 0] = (/(\d+), (\d+)$/.exec(rest) ?? []).slice(1).map(Number);
      return [{ name, file, result: Number(result), offset, length }];
    });
}
