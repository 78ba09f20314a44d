import { existsSync, renameSync, rmSync } from 'node:fs';
import { HipError, messageOf } from '../errors.js';
import { Database } from './database.js';

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
  let db: Database | null = null;
  try {
    db = new Database(source, { readOnly: true });
    await db.copyTo(partial, PAGES_PER_STEP);
    settleFile(partial);
    renameSync(partial, file);
  } catch (error) {
    discard(partial);
    throw new HipError('HIP_FILE_UNREADABLE', `The copy could not be written: ${messageOf(error)}.`, {
      suggestions: ['Name a file in a folder that is there, with room, and that this user may write to'],
      cause: error,
    });
  } finally {
    db?.close();
  }
}

function discard(partial: string): void {
  try {
    rmSync(partial, { force: true });
  } catch {
    // Where nothing may be removed nothing was made; what is told is why.
  }
}

/** One file that needs no log beside it, so that it can be opened from a disk that can't be written to. */
function settleFile(file: string): void {
  const db = new Database(file);
  try {
    db.exec('PRAGMA disk.journal_mode = DELETE');
  } finally {
    db.close();
  }
}
