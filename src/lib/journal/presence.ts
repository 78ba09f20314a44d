import { join, resolve } from 'node:path';
import { unwritableFolder } from './folder.js';
import { createLock, type Lock, type LockMode } from './lock.js';

/**
 * Who has the journal open holds this lock shared; who puts another journal in its place needs it alone. The main
 * file's own locks can't do that: they go with its name.
 */
export function createPresence(dataDir: string): Lock {
  return presenceLock(dataDir, 'shared');
}

/** Null while any process has the journal open. */
export function lockAlone(dataDir: string): Lock | null {
  const lock = presenceLock(dataDir, 'exclusive');
  return lock.tryAcquire() ? lock : null;
}

function presenceLock(dataDir: string, mode: LockMode): Lock {
  const lock = createLock(join(resolve(dataDir), 'journal.lock'), mode);
  return {
    tryAcquire() {
      try {
        return lock.tryAcquire();
      } catch (error) {
        throw unwritableFolder(dataDir, error);
      }
    },
    release: () => lock.release(),
  };
}
