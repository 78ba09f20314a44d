import { existsSync, readdirSync } from 'node:fs';
import { HipError } from '../../errors.js';
import { journalFile } from '../../journal/folder.js';
import { isOwnFile } from '../../service/own-file.js';

/**
 * A service's data folder belongs to its account alone from then on: it must not be one that others use.
 * @throws {HipError} HIP_DATA_DIR_UNWRITABLE; a folder with a journal is hip's, whatever else lies there
 */
export function refuseShared(dataDir: string): void {
  const foreign = foreignFile(dataDir);
  if (foreign === undefined || existsSync(journalFile(dataDir))) return;
  throw new HipError('HIP_DATA_DIR_UNWRITABLE', holdsForeign(dataDir, foreign), {
    suggestions: ['Choose a folder of its own with --data-dir DIR'],
  });
}

/** @throws {HipError} HIP_USAGE where deleting the folder would delete what hip did not put there, such as backups */
export function refuseForeign(dataDir: string): void {
  const foreign = foreignFile(dataDir);
  if (foreign === undefined) return;
  throw new HipError('HIP_USAGE', holdsForeign(dataDir, foreign), {
    suggestions: ['Move them elsewhere first', 'Or leave --purge out, and delete the folder by hand'],
  });
}

function foreignFile(dataDir: string): string | undefined {
  if (!existsSync(dataDir)) return undefined;
  return readdirSync(dataDir).find((name) => !isOwnFile(name));
}

function holdsForeign(dataDir: string, name: string): string {
  return `${dataDir} holds files that are not hip's (${name}).`;
}
