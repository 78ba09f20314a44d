import { resolve } from 'node:path';

/**
 * How this very program is started again: the executable, then the script where it is not one file. A single
 * executable finds its own name where Node has the script's.
 */
export function ownProgram(): readonly string[] {
  const [, script] = process.argv;
  if (script === undefined || resolve(script) === resolve(process.execPath)) return [process.execPath];
  return [process.execPath, resolve(script)];
}
