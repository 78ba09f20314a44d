import { accessSync, constants, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { codeOf, HipError, messageOf } from '../errors.js';
import { makeFolder as make } from '../make-folder.js';
import { isRefusal, ownerOf } from './owner.js';

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
    make(dataDir);
  } catch (error) {
    throw unwritableFolder(dataDir, error);
  }
}

/**
 * Sees that this user may work in the data folder, before the first file of it refuses without saying why.
 * @throws {HipError} HIP_DATA_DIR_UNWRITABLE
 */
export function requireAccess(dataDir: string): void {
  try {
    accessSync(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw unwritableFolder(dataDir, error);
  }
  const file = journalFile(dataDir);
  try {
    accessSync(file, constants.R_OK | constants.W_OK);
  } catch (error) {
    // None yet, or something else that opening it will say.
    if (isRefusal(error)) throw unwritable(`The journal ${file} is not for this user`, file, error);
  }
}

/**
 * Whether there is one; makes none.
 * @throws {HipError} HIP_DATA_DIR_UNWRITABLE where this user may not even look
 */
export function hasFolder(dataDir: string): boolean {
  try {
    return statSync(dataDir, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    throw unwritableFolder(dataDir, error);
  }
}

export function unwritableFolder(dataDir: string, cause: unknown): HipError {
  if (isRefusal(cause)) return unwritable(`The data folder ${dataDir} is not for this user`, dataDir, cause);
  const isFile = codeOf(cause) === 'EEXIST' || codeOf(cause) === 'ENOTDIR';
  const why = isFile ? 'there is a file of that name' : messageOf(cause);
  return unwritable(`The data folder ${dataDir} cannot be written to: ${why}`, null, cause);
}

/** @param path whose owner is to be named; null where rights are not what it fails on */
function unwritable(what: string, path: string | null, cause: unknown): HipError {
  const owner = path === null ? null : ownerOf(path);
  const whose = owner === null ? '' : `: it belongs to ${owner}`;
  const how = process.platform === 'win32' ? 'as administrator' : 'with sudo';
  return new HipError('HIP_DATA_DIR_UNWRITABLE', `${what}${whose}.`, {
    suggestions: [
      `Run this ${how}, or as the user of the service.`,
      'Or name another folder with --data-dir or HIP_DATA_DIR.',
    ],
    cause,
  });
}
