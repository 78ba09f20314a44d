import {
  closeSync,
  copyFileSync,
  existsSync,
  openSync,
  readSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { Database } from './database.js';
import { migrate } from './migrations.js';

/** SQLite's default, and every journal's. */
const PAGE_BYTES = 4_096;
/** Offsets in the file header (sqlite.org/fileformat2.html, 1.3). */
const CHANGE_COUNTER_AT = 24;
const FREE_LIST_AT = 32;
const VALID_FOR_AT = 92;

/**
 * A journal whose first page is lost cannot be opened, though everything behind it may be whole: that page says where
 * each table begins. All journals are made by the same steps and so have the same first page; a copy of the damaged
 * one gets that of a new one.
 * @returns the copy's name, null when there is nothing to read
 */
export function borrowHead(file: string): string | null {
  if (!existsSync(file) || statSync(file).size <= PAGE_BYTES) return null;
  const copy = `${file}.headed`;
  removeCopy(copy);
  copyFileSync(file, copy);
  if (existsSync(`${file}-wal`)) copyFileSync(`${file}-wal`, `${copy}-wal`);
  const head = newHead(`${file}.head`);
  // Page count and free list of the new journal mean nothing here: without them SQLite asks the size of the file.
  head.writeUInt32BE(head.readUInt32BE(CHANGE_COUNTER_AT) + 1, VALID_FOR_AT);
  head.fill(0, FREE_LIST_AT, FREE_LIST_AT + 8);
  const handle = openSync(copy, 'r+');
  try {
    writeSync(handle, head, 0, PAGE_BYTES, 0);
  } finally {
    closeSync(handle);
  }
  return copy;
}

export function removeCopy(copy: string): void {
  for (const part of ['', '-wal', '-shm']) rmSync(copy + part, { force: true });
}

function newHead(file: string): Buffer {
  removeCopy(file);
  const db = new Database(file);
  try {
    db.makeDurable();
    migrate(db);
  } finally {
    db.close();
  }
  const head = Buffer.alloc(PAGE_BYTES);
  const handle = openSync(file, 'r');
  try {
    readSync(handle, head, 0, PAGE_BYTES, 0);
  } finally {
    closeSync(handle);
    removeCopy(file);
  }
  return head;
}
