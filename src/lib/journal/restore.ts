import { existsSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { HipError, messageOf } from '../errors.js';
import { removeCopy } from './borrowed-head.js';
import { Database } from './database.js';
import { isDamage } from './failure.js';
import { hasFolder, journalFile, makeFolder, requireAccess } from './folder.js';
import { LAYOUT_VERSION, layoutVersionOf, migrate } from './migrations.js';
import { addNotice } from './notices.js';
import { lockAlone } from './presence.js';
import { asideName, partialFile, replace } from './replacement.js';
import { clearSuspicion } from './soundness.js';

/** In one step: nobody else uses either file. */
const ALL_PAGES = -1;

export interface RestoreOptions {
  readonly dataDir: string;
  readonly clock?: () => Date;
}

export interface Restored {
  readonly punches: number;
  /** The journal that stood there before, set aside; null when there was none. */
  readonly previous: string | null;
}

/**
 * Puts a copy made by `backup` in the place of the journal. The present one is set aside. Stamps start empty, so that
 * devices send again what came after the copy.
 * @throws {HipError} when the copy is none, is damaged or newer, or when other processes have the journal open
 */
export async function restoreJournal(copy: string, options: RestoreOptions): Promise<Restored> {
  const { dataDir, clock = () => new Date() } = options;
  const file = journalFile(dataDir);
  if (hasFolder(dataDir)) requireAccess(dataDir);
  checkCopy(copy);
  makeFolder(dataDir);
  const lock = lockAlone(dataDir);
  if (!lock) {
    throw new HipError('HIP_JOURNAL_IN_USE', 'Other hip processes have the journal open.', {
      suggestions: ['Stop hip serve and hip sync --watch, then restore again.'],
    });
  }
  try {
    const punches = await prepare(copy, partialFile(file), clock());
    const had = existsSync(file);
    const aside = asideName(file, 'before-restore', clock());
    replace(file, aside);
    clearSuspicion(file);
    return { punches, previous: had ? aside : null };
  } finally {
    lock.release();
  }
}

function checkCopy(copy: string): void {
  if (!existsSync(copy))
    throw new HipError('HIP_FILE_UNREADABLE', `There is no file ${resolve(copy)}.`, {
      suggestions: ['Name a file that hip backup has written'],
    });
  let db: Database | null = null;
  try {
    db = new Database(copy, { readOnly: true });
    const finding = db.pragma('integrity_check(1)');
    if (finding !== 'ok') throw damagedCopy(copy, String(finding));
    if (layoutVersionOf(db) > LAYOUT_VERSION) throw newerCopy(copy);
    if (layoutVersionOf(db) === 0) throw noJournal(copy);
    db.prepare('SELECT waiting FROM tally').get();
  } catch (error) {
    if (error instanceof HipError) throw error;
    throw isDamage(error) ? damagedCopy(copy, messageOf(error)) : noJournal(copy, error);
  } finally {
    db?.close();
  }
}

/** Copies, brings up to date and marks; returns the number of punches. */
async function prepare(copy: string, partial: string, now: Date): Promise<number> {
  removeCopy(partial);
  const source = new Database(copy, { readOnly: true });
  try {
    await source.copyTo(partial, ALL_PAGES);
  } finally {
    source.close();
  }
  const db = new Database(partial);
  try {
    db.makeDurable();
    migrate(db);
    const message = `The journal was restored from ${basename(copy)}. Devices are asked to send everything they hold again.`;
    return db.write(() => {
      db.prepare(`UPDATE device SET stamps = '{}'`).run();
      addNotice(db, { at: now, code: 'HIP_JOURNAL_RESTORED', message });
      return db
        .prepare<{ readonly n: number }>('SELECT waiting + held + delivered + rejected AS n FROM tally')
        .get()!.n;
    });
  } finally {
    db.close();
  }
}

function damagedCopy(copy: string, finding: string): HipError {
  return new HipError('HIP_JOURNAL_DAMAGED', `${copy} is damaged: ${finding}.`, {
    suggestions: [`hip salvage ${copy} fetches what can still be read of it into the journal.`],
  });
}

function newerCopy(copy: string): HipError {
  return new HipError('HIP_JOURNAL_NEWER', `${copy} was written by a newer hip.`, {
    suggestions: ['Install that version, then restore again.'],
  });
}

function noJournal(copy: string, cause?: unknown): HipError {
  return new HipError('HIP_FILE_UNREADABLE', `${copy} is no copy of a journal.`, {
    suggestions: ['Name a file that hip backup made.'],
    cause,
  });
}
