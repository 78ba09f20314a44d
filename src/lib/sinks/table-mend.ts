import { HipError } from '../errors.js';
import { openSession, type Session } from './mysql/connection.js';
import { inspectTable } from './mysql/inspect.js';
import { type MendResult, mend } from './mysql/mend.js';
import { type MendPlan, planMend } from './mysql/mend-plan.js';
import { createTableMap, type MysqlSettings, type TableMap } from './mysql/settings.js';
import { unavailable } from './mysql/verdicts.js';

export type { MendResult } from './mysql/mend.js';
export { type MendPlan, planSql } from './mysql/mend-plan.js';

/**
 * What mending the table would take. Only reads.
 * @throws {SinkUnavailable} when the database can't be asked
 * @throws {HipError} HIP_DB_TABLE_MISSING
 */
export function planTableMend(settings: MysqlSettings, nowMs: number): Promise<MendPlan> {
  return withSession(settings, async (session, map) => {
    const { facts, problems } = await inspectTable(session, { map, settings, create: 'never' });
    if (!facts)
      throw new HipError('HIP_DB_TABLE_MISSING', `The table ${map.table} does not exist in ${map.schema}.`, {
        suggestions: ['Create it with hip test-db --create, or correct database.table'],
      });
    const stamp = new Date(nowMs).toISOString().slice(0, 19).replace(/\D/g, '');
    return planMend(session, { map, facts, problems }, stamp);
  });
}

/**
 * Does what a plan says, which should be shown before.
 * @throws {SinkUnavailable} when the line breaks
 */
export function mendTable(
  settings: MysqlSettings,
  plan: MendPlan,
  options: { readonly removeDuplicates: boolean },
): Promise<MendResult> {
  return withSession(settings, (session, map) => mend(session, { map, plan, ...options }));
}

async function withSession<T>(
  settings: MysqlSettings,
  use: (session: Session, map: TableMap) => Promise<T>,
): Promise<T> {
  const map = createTableMap(settings);
  try {
    const session = await openSession(settings);
    try {
      return await use(session, map);
    } finally {
      await session.close();
    }
  } catch (error) {
    if (error instanceof HipError) throw error;
    throw unavailable(error);
  }
}
