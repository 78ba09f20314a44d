import { countOf } from '../count.js';
import type { Journal } from '../journal/journal.js';

/** The code of the notice; delivering all once more answers it. */
export const TABLE_REMADE = 'HIP_DB_TABLE_REMADE';

/**
 * Tells that a table was made where punches had been delivered to before: they stand as delivered, and their rows are
 * gone. Sending them again by itself would undo what somebody perhaps meant. Returns what it told; null when nothing
 * had been delivered there.
 * @throws {JournalUnavailable}
 */
export function noteRemadeTable(
  journal: Pick<Journal, 'totals' | 'addNotice'>,
  target: string,
): string | null {
  const { delivered, target: deliveredTo } = journal.totals();
  if (delivered === 0 || deliveredTo !== target) return null;
  const had = countOf(delivered, 'punch had', 'punches had');
  const again = delivered === 1 ? 'it' : 'them';
  const message = `The table of ${target} was missing and has been made anew; ${had} been delivered before: hip redeliver sends ${again} again`;
  journal.addNotice({ code: TABLE_REMADE, message });
  return message;
}
