import type { Database, Statement } from './database.js';
import type { Checkpoint } from './journal.js';

interface CheckpointRow {
  readonly file: string;
  readonly identity: string;
  readonly size_bytes: number;
  readonly offset_bytes: number;
  readonly line: number;
  readonly note: string | null;
}

/** How far each file was read. */
export class Checkpoints {
  readonly #find: Statement<CheckpointRow>;
  readonly #save: Statement;

  constructor(db: Database) {
    this.#find = db.prepare('SELECT * FROM checkpoint WHERE file = ?');
    this.#save =
      db.prepare(`INSERT OR REPLACE INTO checkpoint (file, identity, size_bytes, offset_bytes, line, note)
      VALUES (?, ?, ?, ?, ?, ?)`);
  }

  find(file: string): Checkpoint | undefined {
    const row = this.#find.get(file);
    if (!row) return undefined;
    return {
      file: row.file,
      identity: row.identity,
      sizeBytes: row.size_bytes,
      offsetBytes: row.offset_bytes,
      line: row.line,
      ...(row.note !== null && { note: row.note }),
    };
  }

  /** In a transaction. */
  save({ file, identity, sizeBytes, offsetBytes, line, note }: Checkpoint): void {
    this.#save.run(file, identity, sizeBytes, offsetBytes, line, note ?? null);
  }
}
