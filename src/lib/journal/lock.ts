import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';
import { isBusy } from './failure.js';

export type LockMode = 'exclusive' | 'shared';

/**
 * A lock among processes: a transaction that is held open on a small database of its own. The operating system frees
 * it the moment its holder ends, however that happens, and keeps it while the holder is stopped or asleep; so there
 * is no heartbeat and no stale lock.
 *
 *   free -> held   (tryAcquire)
 *   held -> free   (release, or the end of the process)
 *
 * Never open the file by other means in a process that holds the lock: POSIX drops a process's locks on a file when
 * any of its handles to that file is closed.
 */
export interface Lock {
  /** True when it is ours. Answers at once. */
  tryAcquire(): boolean;
  release(): void;
}

/** Kept from the garbage collector, which would free the lock with the connection. */
const heldByUs = new Set<DatabaseSyncInstance>();

/** Nothing is opened until it is acquired; then the file is made where it does not exist. */
export function createLock(file: string, mode: LockMode): Lock {
  let held: DatabaseSyncInstance | null = null;
  return {
    tryAcquire() {
      held ??= acquire(file, mode);
      return held !== null;
    },
    release() {
      if (held) heldByUs.delete(held);
      held?.close();
      held = null;
    },
  };
}

/** Takes the lock; null when another process has it. */
export function openLock(file: string, mode: LockMode): Lock | null {
  const lock = createLock(file, mode);
  return lock.tryAcquire() ? lock : null;
}

function acquire(file: string, mode: LockMode): DatabaseSyncInstance | null {
  const db = new DatabaseSync(file);
  try {
    // A reader's SHARED lock lasts as long as its transaction; the file stays empty, nothing is ever written.
    if (mode === 'exclusive') db.exec('BEGIN EXCLUSIVE');
    else db.exec('BEGIN; SELECT count(*) FROM sqlite_schema');
    heldByUs.add(db);
    return db;
  } catch (error) {
    db.close();
    if (isBusy(error)) return null;
    throw error;
  }
}
