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
 * A journal that has lost the pages of its schema cannot be opened, though everything else may be whole: they say what
 * the tables are and where each begins. All journals are made by the same steps and so have the same schema on the
 * same pages; a copy of the damaged one gets those of a new one.
 * @returns the copy's name, null when there is nothing to read
 */
export function borrowHead(file: string): string | null {
  if (!existsSync(file) || statSync(file).size <= PAGE_BYTES) return null;
  const copy = `${file}.headed`;
  removeCopy(copy);
  copyFileSync(file, copy);
  if (existsSync(`${file}-wal`)) copyFileSync(`${file}-wal`, `${copy}-wal`);
  const handle = openSync(copy, 'r+');
  try {
    for (const [number, page] of schemaPages(`${file}.head`)) {
      writeSync(handle, page, 0, PAGE_BYTES, (number - 1) * PAGE_BYTES);
    }
  } finally {
    closeSync(handle);
  }
  return copy;
}

export function removeCopy(copy: string): void {
  for (const part of ['', '-wal', '-shm']) rmSync(copy + part, { force: true });
}

/** The pages of a new journal's schema, by number. */
function schemaPages(file: string): Map<number, Buffer> {
  removeCopy(file);
  const numbers = makeNew(file);
  const handle = openSync(file, 'r');
  try {
    return new Map(
      numbers.map((number) => {
        const page = Buffer.alloc(PAGE_BYTES);
        readSync(handle, page, 0, PAGE_BYTES, (number - 1) * PAGE_BYTES);
        return [number, number === 1 ? withoutCounts(page) : page];
      }),
    );
  } finally {
    closeSync(handle);
    removeCopy(file);
  }
}

function makeNew(file: string): number[] {
  const db = new Database(file);
  try {
    db.makeDurable();
    migrate(db);
    const pages = db.prepare<{ readonly pageno: number }>(
      `SELECT pageno FROM dbstat('disk') WHERE name IN ('sqlite_schema', 'sqlite_master') ORDER BY pageno`,
    );
    return pages.all().map(({ pageno }) => pageno);
  } finally {
    db.close();
  }
}

/** Page count and free list of the new journal mean nothing here: without them SQLite asks the size of the file. */
function withoutCounts(head: Buffer): Buffer {
  head.writeUInt32BE(head.readUInt32BE(CHANGE_COUNTER_AT) + 1, VALID_FOR_AT);
  return head.fill(0, FREE_LIST_AT, FREE_LIST_AT + 8);
}
