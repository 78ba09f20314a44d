import { resolve } from 'node:path';
import { isSea } from 'node:sea';

/** How this very program is started again: the executable, and the script where the two are not one file. */
export function ownProgram(): readonly string[] {
  const script = process.argv[1];
  return isSea() || script === undefined ? [process.execPath] : [process.execPath, resolve(script)];
}
