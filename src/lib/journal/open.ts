import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { HipError, messageOf } from '../errors.js';
import { silentLog } from '../log.js';
import { Database } from './database.js';
import { reasonOf } from './failure.js';
import type { Journal } from './journal.js';
import { createLock, type Lock } from './lock.js';
import { LAYOUT_VERSION, layoutVersionOf, migrate } from './migrations.js';
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

/** The journal of a data folder. */
export function journalFile(dataDir: string): string {
  return join(resolve(dataDir), 'hip.db');
}

/**
 * Opens the journal of a data folder, makes it where there is none, and brings an older one up to date.
 * @throws {HipError} with what to do
 */
export function openJournal({ dataDir, ...given }: JournalOptions): Journal {
  const settings = { ...DEFAULTS, ...given };
  makeFolder(dataDir);
  const presence = lockPresence(dataDir);
  try {
    const db = openDatabase(journalFile(dataDir), settings);
    return new SqliteJournal(db, settings, () => presence.release());
  } catch (error) {
    presence.release();
    throw error;
  }
}

function makeFolder(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true });
  } catch (error) {
    throw new HipError(
      'HIP_DATA_DIR_UNWRITABLE',
      `The data folder ${dataDir} cannot be made: ${messageOf(error)}.`,
      {
        suggestions: [
          'Name another folder with --data-dir or HIP_DATA_DIR, or make it and give this user the right to write there.',
        ],
        cause: error,
      },
    );
  }
}

function lockPresence(dataDir: string): Lock {
  const file = join(resolve(dataDir), 'journal.lock');
  const lock = createLock(file, 'shared');
  if (acquire(lock, dataDir)) return lock;
  throw new HipError(
    'HIP_JOURNAL_IN_USE',
    `Another process is repairing or restoring the journal in ${dataDir}.`,
    {
      suggestions: ['Wait until it is done, then start again.'],
    },
  );
}

function acquire(lock: Lock, dataDir: string): boolean {
  try {
    return lock.tryAcquire();
  } catch (error) {
    throw new HipError(
      'HIP_DATA_DIR_UNWRITABLE',
      `The data folder ${dataDir} cannot be written to: ${messageOf(error)}.`,
      {
        suggestions: [
          'Run this as the user of the service or as administrator, or name another folder with --data-dir.',
        ],
        cause: error,
      },
    );
  }
}

function openDatabase(file: string, { log }: JournalSettings): Database {
  const db = connect(file);
  try {
    refuseNewer(db);
    db.makeDurable();
    migrate(db);
    verifyDurable(db, log);
    return db;
  } catch (error) {
    db.close();
    throw error instanceof HipError ? error : unwritable(file, error);
  }
}

function connect(file: string): Database {
  try {
    return new Database(file);
  } catch (error) {
    throw unwritable(file, error);
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

/** `PRAGMA synchronous`, FULL. */
const FULL = 2;

function unwritable(file: string, error: unknown): HipError {
  return new HipError(
    'HIP_JOURNAL_UNWRITABLE',
    `The journal ${file} cannot be opened: ${messageOf(error)}.`,
    {
      suggestions: ['Check the rights of this user on the folder, and that its disk has room.'],
      cause: error,
    },
  );
}
