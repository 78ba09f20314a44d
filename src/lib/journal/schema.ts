import { Database } from './database.js';
import { LAYOUT_VERSION, layoutVersionOf, migrate } from './migrations.js';

/** What every journal of this layout says of its tables; they are all made by the same steps. */
let newest: string | null = null;

/** False when the schema is not what its layout has: its text can be damaged without any page being malformed. */
export function hasItsSchema(db: Database): boolean {
  const version = layoutVersionOf(db);
  if (version === 0) return schemaOf(db) === '';
  if (version !== LAYOUT_VERSION) return true;
  newest ??= schemaOfNew();
  return schemaOf(db) === newest;
}

function schemaOfNew(): string {
  const db = new Database(':memory:');
  try {
    migrate(db);
    return schemaOf(db);
  } finally {
    db.close();
  }
}

/** One value, so that `get` reads it all: it has a result code when it fails. */
function schemaOf(db: Database): string {
  const schema = db.prepare<{ readonly text: string | null }>(
    `SELECT group_concat(sql, ';' ORDER BY rowid) AS text FROM disk.sqlite_schema`,
  );
  return schema.get()?.text ?? '';
}
