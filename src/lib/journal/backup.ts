import { existsSync, renameSync, rmSync } from 'node:fs';
import { backup, DatabaseSync } from '@photostructure/sqlite';
import { HipError, messageOf } from '../errors.js';

/** Pages per step: the copy runs on another thread, and hands its place back to the disk this often. */
const PAGES_PER_STEP = 1_000;

/** A consistent copy of the journal in `source` while processes go on writing to it. */
export async function backupTo(file: string, source: string): Promise<void> {
  if (existsSync(file)) {
    throw new HipError('HIP_FILE_EXISTS', `${file} exists already.`, {
      suggestions: ['Name a new file; hip backup never writes over one.'],
    });
  }
  const partial = `${file}.partial`;
  const db = new DatabaseSync(source, { readOnly: true });
  try {
    // The open transaction holds one moment fast: without it every commit of a listener would start the copy anew.
    db.exec('BEGIN; SELECT count(*) FROM tally');
    await backup(db, partial, { rate: PAGES_PER_STEP });
    renameSync(partial, file);
  } catch (error) {
    rmSync(partial, { force: true });
    throw new HipError('HIP_FILE_UNREADABLE', `The copy could not be written: ${messageOf(error)}.`, {
      cause: error,
    });
  } finally {
    db.close();
  }
}
