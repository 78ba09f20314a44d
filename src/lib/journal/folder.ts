import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { HipError, messageOf } from '../errors.js';

/** The journal of a data folder. */
export function journalFile(dataDir: string): string {
  return join(resolve(dataDir), 'hip.db');
}

/** Makes the data folder where it does not exist. */
export function makeFolder(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true });
  } catch (error) {
    throw unwritableFolder(dataDir, error);
  }
}

export function unwritableFolder(dataDir: string, cause: unknown): HipError {
  return new HipError(
    'HIP_DATA_DIR_UNWRITABLE',
    `The data folder ${dataDir} cannot be written to: ${messageOf(cause)}.`,
    {
      suggestions: [
        'Run this as the user of the service, or as administrator.',
        'Or name another folder with --data-dir or HIP_DATA_DIR.',
      ],
      cause,
    },
  );
}
