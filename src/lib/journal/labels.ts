import type { Database, Statement } from './database.js';

/** Texts that many punches share (source, name for the sink), stored once and known by number. */
export class Labels {
  readonly #ids = new Map<string, number>();
  readonly #find: Statement<{ readonly id: number }>;
  readonly #add: Statement;

  constructor(db: Database) {
    this.#find = db.prepare('SELECT id FROM label WHERE text = ?');
    this.#add = db.prepare('INSERT INTO label (text) VALUES (?) ON CONFLICT DO NOTHING');
  }

  /** In a transaction. */
  idOf(text: string): number {
    const known = this.#ids.get(text);
    if (known !== undefined) return known;
    this.#add.run(text);
    const { id } = this.#find.get(text)!;
    this.#ids.set(text, id);
    return id;
  }

  /** After a rollback: some of them may never have been stored. */
  forget(): void {
    this.#ids.clear();
  }
}
