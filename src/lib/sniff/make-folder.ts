import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { codeOf } from '../errors.js';

/**
 * A folder and those above it; one that is there already is left as it is. By hand: `mkdirSync` with `recursive` never
 * comes back (Node 20) below a folder like `/proc`, which answers every new name with ENOENT although it is there.
 */
export function makeFolder(dir: string): void {
  const parent = dirname(dir);
  if (parent !== dir && !existsSync(parent)) makeFolder(parent);
  try {
    mkdirSync(dir);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  }
}
