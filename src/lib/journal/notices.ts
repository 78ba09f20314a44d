import type { Database } from './database.js';
import type { JournalNotice } from './journal.js';
import { isoText } from './tally.js';

/** In a transaction. Says something to every surface until it is dismissed. */
export function addNotice(
  db: Database,
  { at, code, message }: { at: Date; code: string; message: string },
): void {
  db.prepare('INSERT INTO notice (at, code, message) VALUES (?, ?, ?)').run(at.getTime(), code, message);
}

export function openNotices(db: Database): JournalNotice[] {
  const rows = db.prepare<{ readonly at: number; readonly code: string; readonly message: string }>(
    'SELECT at, code, message FROM notice WHERE dismissed_at IS NULL ORDER BY id',
  );
  return rows.all().map(({ at, ...row }) => ({ at: isoText(at), ...row }));
}

/** In a transaction. Returns what was dismissed: only that was perhaps read. @param code null is all */
export function dismissNotices(db: Database, atMs: number, code: string | null = null): JournalNotice[] {
  const open = openNotices(db).filter((notice) => code === null || notice.code === code);
  db.prepare(
    'UPDATE notice SET dismissed_at = ?1 WHERE dismissed_at IS NULL AND code = coalesce(?2, code)',
  ).run(atMs, code);
  return open;
}
