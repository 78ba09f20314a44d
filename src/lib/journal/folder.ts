import { mkdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { codeOf, HipError, messageOf } from '../errors.js';

/** The journal of a data folder. */
export function journalFile(dataDir: string): string {
  return join(resolve(dataDir), 'hip.db');
}

/**
 * Makes the data folder where it does not exist.
 * @throws {HipError} HIP_DATA_DIR_UNWRITABLE
 */
export function makeFolder(dataDir: string): void {
  try {
    makeAll(resolve(dataDir));
  } catch (error) {
    throw unwritableFolder(dataDir, error);
  }
}

/** By hand: `mkdirSync` with `recursive` never comes back (Node 20) where a new name is refused with ENOENT, as below /proc. */
function makeAll(dir: string): void {
  if (isFolder(dir)) return;
  const parent = dirname(dir);
  if (parent !== dir) makeAll(parent);
  try {
    mkdirSync(dir);
  } catch (error) {
    // Another process may have made it meanwhile.
    if (!isFolder(dir)) throw error;
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

export function unwritableFolder(dataDir: string, cause: unknown): HipError {
  const isFile = codeOf(cause) === 'EEXIST' || codeOf(cause) === 'ENOTDIR';
  const why = isFile ? 'there is a file of that name' : messageOf(cause);
  return new HipError('HIP_DATA_DIR_UNWRITABLE', `The data folder ${dataDir} cannot be written to: ${why}.`, {
    suggestions: [
      'Run this as the user of the service, or as administrator.',
      'Or name another folder with --data-dir or HIP_DATA_DIR.',
    ],
    cause,
  });
}
