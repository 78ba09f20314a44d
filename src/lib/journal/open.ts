import { existsSync } from 'node:fs';
import { HipError, messageOf } from '../errors.js';
import { silentLog } from '../log.js';
import { Database } from './database.js';
import { isDamage, reasonOf } from './failure.js';
import { journalFile, makeFolder, requireAccess } from './folder.js';
import type { Journal } from './journal.js';
import type { Lock } from './lock.js';
import { LAYOUT_VERSION, layoutVersionOf, migrate } from './migrations.js';
import { createPresence } from './presence.js';
import { finishInterrupted, type RecoveryContext, recoverEmptied, recoverJournal } from './recovery.js';
import { checkSoundness } from './soundness.js';
import { type JournalSettings, SqliteJournal } from './sqlite-journal.js';

export interface JournalOptions extends Partial<JournalSettings> {
  /** Folder that holds the journal and its locks; made where it does not exist. */
  readonly dataDir: string;
}

const DEFAULTS: JournalSettings = {
  log: silentLog,
  clock: () => new Date(),
  sinkNames: new Map(),
  quarantineMaxBytes: 64 * 1024 * 1024,
  background: false,
  onDamage: () => undefined,
};

/** `PRAGMA synchronous`, FULL. */
const FULL = 2;

/**
 * Opens the journal of a data folder, makes it where there is none, brings an older one up to date and rebuilds a
 * damaged one.
 * @throws {HipError} with what to do
 */
export function openJournal({ dataDir, ...given }: JournalOptions): Journal {
  const settings = { ...DEFAULTS, ...given };
  const context = { ...settings, dataDir, file: journalFile(dataDir) };
  makeFolder(dataDir);
  requireAccess(dataDir);
  const presence = createPresence(dataDir);
  try {
    finishInterrupted(context);
    recoverEmptied(context);
    enter(presence, dataDir);
    return openSound({ ...context, presence });
  } catch (error) {
    presence.release();
    throw error;
  }
}

function enter(presence: Lock, dataDir: string): void {
  if (presence.tryAcquire()) return;
  throw new HipError(
    'HIP_JOURNAL_IN_USE',
    `Another process is repairing or restoring the journal in ${dataDir}.`,
    {
      suggestions: ['Wait until it is done, then start again.'],
    },
  );
}

interface OpenContext extends RecoveryContext, JournalSettings {
  readonly presence: Lock;
}

function openSound(context: OpenContext): Journal {
  try {
    return openAsIs(context);
  } catch (error) {
    if (!isDamage(error)) throw error;
    context.presence.release();
    recoverJournal(context);
    enter(context.presence, context.dataDir);
    return openAsIs(context);
  }
}

function openAsIs(context: OpenContext): Journal {
  const db = connect(context);
  try {
    return new SqliteJournal(db, context, () => context.presence.release());
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Throws HipError, or SQLite's own error when the journal is damaged. */
function connect({ file, log }: RecoveryContext): Database {
  let db: Database | null = null;
  try {
    inspect(file);
    db = new Database(file);
    db.makeDurable();
    migrate(db);
    verifyDurable(db, log);
    return db;
  } catch (error) {
    db?.close();
    if (error instanceof HipError || isDamage(error)) throw error;
    throw new HipError(
      'HIP_JOURNAL_UNWRITABLE',
      `The journal ${file} cannot be opened: ${messageOf(error)}.`,
      {
        suggestions: ['Check the rights of this user on the folder, and that its disk has room.'],
        cause: error,
      },
    );
  }
}

/** Without the right to write: a journal that is damaged or newer must stay as it is, its log included. */
function inspect(file: string): void {
  if (!existsSync(file)) return;
  const db = new Database(file, { readOnly: true });
  try {
    refuseNewer(db);
    checkSoundness(db);
  } finally {
    db.close();
  }
}

function refuseNewer(db: Database): void {
  const version = layoutVersionOf(db);
  if (version <= LAYOUT_VERSION) return;
  throw new HipError(
    'HIP_JOURNAL_NEWER',
    `The journal ${db.file} was written by a newer hip (layout ${version}, this one knows ${LAYOUT_VERSION}).`,
    { suggestions: ['Install that version again, or name another folder with --data-dir.'] },
  );
}

/** Law 1, not believed but seen: after a real write the connection still waits for the disk at each commit. */
function verifyDurable(db: Database, log: JournalSettings['log']): void {
  try {
    db.write(() => db.prepare('UPDATE tally SET opened = opened + 1').run());
  } catch (error) {
    // A full disk must not keep people from looking; appends will say so and go on once there is room.
    const reason = reasonOf(error);
    if (reason !== 'disk-full' && reason !== 'busy') throw error;
    log.warn({ err: error, file: db.file }, 'The journal cannot be written to right now');
  }
  const mode = db.pragma('journal_mode');
  if (mode === 'wal' && db.pragma('synchronous') === FULL) return;
  throw new HipError(
    'HIP_JOURNAL_UNWRITABLE',
    `The disk of ${db.file} can't keep a journal safe (${mode}).`,
    {
      suggestions: ['Put the data folder on a local disk: network shares have no write-ahead log.'],
    },
  );
}
