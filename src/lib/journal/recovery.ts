import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { HipError } from '../errors.js';
import type { Log } from '../log.js';
import { removeCopy } from './borrowed-head.js';
import { Database } from './database.js';
import { isDamage } from './failure.js';
import { migrate } from './migrations.js';
import { addNotice } from './notices.js';
import { lockAlone } from './presence.js';
import { rebuildFrom, type Salvaged } from './rebuild.js';
import { asideName, finishReplacement, isReplacementReady, partialFile, replace } from './replacement.js';
import { checkInFull, clearSuspicion } from './soundness.js';

export interface RecoveryContext {
  readonly dataDir: string;
  readonly file: string;
  readonly log: Log;
  readonly clock: () => Date;
}

/**
 * A damaged journal (SQLITE_CORRUPT or SQLITE_NOTADB only) is set aside, never deleted; what can be read of it goes
 * into a new one, and every surface says so until the notice is dismissed. Stamps start empty, so that devices send
 * everything they hold again: what was lost comes back, what was not is a duplicate.
 * @throws {HipError} HIP_JOURNAL_IN_USE while other processes have it open
 */
export function recoverJournal(context: RecoveryContext): void {
  const { dataDir, file } = context;
  const lock = lockAlone(dataDir);
  if (!lock) {
    throw new HipError(
      'HIP_JOURNAL_IN_USE',
      `The journal ${file} is damaged, and other hip processes have it open.`,
      {
        suggestions: [
          'Stop hip serve and hip sync, then start again: the journal is then repaired by itself.',
        ],
      },
    );
  }
  try {
    // Another process may have repaired it while this one waited.
    if (!isSound(file)) putRebuilt(context);
  } finally {
    lock.release();
  }
}

/** A journal that somebody emptied looks like a new one; only that its file is there tells. */
export function recoverEmptied(context: RecoveryContext): void {
  if (!isEmptied(context.file)) return;
  // Without the lock another process has just made the file and not yet filled it.
  const lock = lockAlone(context.dataDir);
  if (!lock) return;
  try {
    if (isEmptied(context.file)) putRebuilt(context);
  } finally {
    lock.release();
  }
}

/** A repair or a restore was cut off after all of it was on disk: ends it. */
export function finishInterrupted({ dataDir, file, clock }: RecoveryContext): void {
  if (!isReplacementReady(file)) return;
  const lock = lockAlone(dataDir);
  if (!lock) return;
  try {
    if (isReplacementReady(file)) finishReplacement(file, asideName(file, 'replaced', clock()));
  } finally {
    lock.release();
  }
}

function isEmptied(file: string): boolean {
  const bytes = (name: string): number | undefined => statSync(name, { throwIfNoEntry: false })?.size;
  return bytes(file) === 0 && !bytes(`${file}-wal`);
}

function isSound(file: string): boolean {
  let db: Database | null = null;
  try {
    db = new Database(file, { readOnly: true });
    checkInFull(db);
    return true;
  } catch (error) {
    if (isDamage(error)) return false;
    throw error;
  } finally {
    db?.close();
  }
}

function putRebuilt(context: RecoveryContext): void {
  const { file, log, clock } = context;
  const aside = asideName(file, 'damaged', clock());
  const salvaged = rebuild(context, aside);
  replace(file, aside);
  clearSuspicion(file);
  log.error({ file, aside, ...salvaged }, 'The journal was damaged and has been rebuilt');
}

function rebuild({ file, clock }: RecoveryContext, aside: string): Salvaged {
  const partial = partialFile(file);
  removeCopy(partial);
  const fresh = new Database(partial);
  try {
    fresh.makeDurable();
    migrate(fresh);
    // Until it takes the journal's name it may be lost: one sync at the end instead of thousands.
    fresh.exec('PRAGMA disk.synchronous = OFF');
    const salvaged = rebuildFrom(file, fresh);
    fresh.makeDurable();
    const message = noticeOf(salvaged, basename(aside));
    fresh.write(() => addNotice(fresh, { at: clock(), code: 'HIP_JOURNAL_DAMAGED', message }));
    return salvaged;
  } finally {
    fresh.close();
  }
}

function noticeOf({ punches, lostPunches }: Salvaged, aside: string): string {
  const lost = lostPunches > 0 ? `${lostPunches} could not be read` : 'none is known to be lost';
  return (
    `The journal was damaged and has been rebuilt: ${punches} punches were saved, ${lost}. ` +
    `Devices are asked to send everything they hold again. The damaged files are kept as ${aside}.`
  );
}
