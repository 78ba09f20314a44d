import { mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * A folder and those above it; what is there already is left as it is. By hand: `mkdirSync` with `recursive` never
 * comes back (Node 20) below a folder like `/proc`, which answers every new name with ENOENT although it is there.
 * @param mode of what is made
 */
export function makeFolder(dir: string, mode?: number): void {
  const path = resolve(dir);
  if (isFolder(path)) return;
  const parent = dirname(path);
  if (parent !== path) makeFolder(parent, mode);
  try {
    mkdirSync(path, mode);
  } catch (error) {
    // Another process may have made it meanwhile.
    if (!isFolder(path)) throw error;
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
