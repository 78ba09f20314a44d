import { codeOf, messageOf } from '../errors.js';
import { FileUnreadable } from '../formats/format.js';
import { JournalUnavailable } from '../journal/journal.js';
import type { Problem } from './report.js';

/** The bytes under our hands were not those that the file had when it was opened. */
export class FileChanged extends Error {
  constructor(path: string) {
    super(`${path} was cut short while it was read`);
    this.name = 'FileChanged';
  }
}

/** What keeps a file or folder from being read now; null for what is no fault of the file. */
export function problemOf(error: unknown): Problem | null {
  if (error instanceof FileUnreadable) return { reason: error.reason, text: error.message };
  if (error instanceof FileChanged) {
    return { reason: 'changed', text: 'It was written anew while it was read; the next run reads it.' };
  }
  if (error instanceof JournalUnavailable && error.reason === 'quarantine-full') {
    return { reason: error.reason, text: error.message };
  }
  const code = codeOf(error);
  const known = SENTENCES.get(code);
  if (known) return known;
  // Errors of the file system carry a code and the call that failed; a TypeError of Node's own has no call.
  const isSystem = error instanceof Error && 'syscall' in error && code !== '';
  return isSystem ? { reason: 'unreadable', text: `It can't be read: ${messageOf(error)}.` } : null;
}

const SENTENCES = new Map<string, Problem>([
  ['ENOENT', { reason: 'not-found', text: 'There is no such file or folder.' }],
  ['ENOTDIR', { reason: 'not-found', text: 'It is no folder.' }],
  ['EISDIR', { reason: 'not-a-file', text: 'It is a folder, not a file.' }],
  ['EACCES', { reason: 'no-access', text: 'This user has no right to read it.' }],
  ['EPERM', { reason: 'no-access', text: 'This user has no right to read it, or another program keeps it.' }],
  ['EBUSY', { reason: 'locked', text: 'Another program keeps it to itself; the next run tries again.' }],
  ['EIO', { reason: 'unreadable', text: 'The disk or share failed while it was read.' }],
  ['ENOSPC', { reason: 'no-room', text: 'There is no room for the copy that is read.' }],
  ['EMFILE', { reason: 'unreadable', text: 'Too many files are open on this PC.' }],
]);
