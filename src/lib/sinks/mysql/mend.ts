import type { SinkFault } from '../sink.js';
import type { Session } from './connection.js';
import type { Removal } from './duplicates.js';
import { type MendPlan, planSql } from './mend-plan.js';
import { quoteTable, type TableMap } from './settings.js';
import { faultOf } from './verdicts.js';

export type MendResult =
  | { readonly outcome: 'mended'; readonly removed: number; readonly backupTable: string | null }
  /** Nothing was changed. */
  | { readonly outcome: 'duplicates-stand'; readonly rows: number }
  | { readonly outcome: 'by-hand' }
  /** `sql` is for somebody who has the rights. */
  | { readonly outcome: 'no-right'; readonly fault: SinkFault; readonly sql: readonly string[] }
  /** The server refused; what was done before stands. */
  | { readonly outcome: 'refused'; readonly fault: SinkFault; readonly sql: string };

/** ALTER copies the table, which takes as long as it takes; another program's transaction must not hold us for ever. */
const ALTER_TIMEOUT_MS = 24 * 3_600_000;
const SETUP = ['SET SESSION lock_wait_timeout = 60', 'SET SESSION sql_safe_updates = 0'];

/** Does what the plan says: copying and removing rows is one transaction, and all changes of the table one ALTER. */
export async function mend(
  session: Session,
  task: { readonly map: TableMap; readonly plan: MendPlan; readonly removeDuplicates: boolean },
): Promise<MendResult> {
  const { map, plan, removeDuplicates } = task;
  if (plan.byHand.length > 0) return { outcome: 'by-hand' };
  if (plan.removal && !removeDuplicates) return { outcome: 'duplicates-stand', rows: plan.removal.rows };
  // An ALTER that changes nothing: no row goes before it is sure that the key can come.
  const statements = [...SETUP, `ALTER TABLE ${quoteTable(map)}`];
  let removed = 0;
  let current = '';
  const run = async (sql: string): Promise<number> => {
    current = sql;
    return session.execute(sql, { timeoutMs: ALTER_TIMEOUT_MS });
  };
  try {
    for (const sql of statements) await run(sql);
    if (plan.removal) removed = await removeDoubles(plan.removal, run);
    for (const { sql } of plan.steps) await run(sql);
  } catch (error) {
    const refused = current;
    if (!session.alive) throw error;
    await session.execute('ROLLBACK');
    const fault = faultOf(error);
    if (fault.code === 'HIP_DB_RIGHTS') return { outcome: 'no-right', fault, sql: planSql(plan) };
    return { outcome: 'refused', fault, sql: refused };
  }
  return { outcome: 'mended', removed, backupTable: plan.removal?.backupTable ?? null };
}

async function removeDoubles(removal: Removal, run: (sql: string) => Promise<number>): Promise<number> {
  for (const sql of removal.prepare) await run(sql);
  await run('START TRANSACTION');
  const copied = await run(removal.copy);
  const removed = await run(removal.remove);
  if (copied !== removed) throw new Error(`copied ${copied} rows but removed ${removed}`);
  await run('COMMIT');
  return removed;
}
