import { join, resolve } from 'node:path';
import { createLock, type Lock, openLock } from './lock.js';

/**
 * Who has the journal open holds this lock shared; who puts another journal in its place needs it alone. The main
 * file's own locks can't do that: they go with its name.
 */
export function createPresence(dataDir: string): Lock {
  return createLock(presenceFile(dataDir), 'shared');
}

/** Null while any process has the journal open. */
export function lockAlone(dataDir: string): Lock | null {
  return openLock(presenceFile(dataDir), 'exclusive');
}

function presenceFile(dataDir: string): string {
  return join(resolve(dataDir), 'journal.lock');
}
