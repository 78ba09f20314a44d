import type { SinkFault } from '../sink.js';
import type { Session } from './connection.js';
import { identityColumns } from './judge-columns.js';
import { quote, quoteTable, ROLES, type TableMap } from './settings.js';
import { faultOf } from './verdicts.js';

/**
 * Whether the account may do what `write` does. Tried, not read: SHOW GRANTS tells of roles, patterns, columns and
 * proxies in as many dialects as there are servers. The statements are checked for rights, columns and a read-only
 * server when they are prepared, and then touch no row.
 */
export async function tryRights(session: Session, map: TableMap): Promise<readonly SinkFault[]> {
  const faults: SinkFault[] = [];
  for (const [right, sql, alone] of statements(map)) {
    const fault = await attempt(session, faults.length > 0 ? alone : sql);
    if (fault?.code === 'HIP_DB_RIGHTS') faults.push(missing(right, map, session));
    else if (fault) return [...faults, fault];
  }
  return faults;
}

/** What the administrator would have to run. */
export function grantSql(rights: readonly string[], map: TableMap, account: string): string {
  const at = account.lastIndexOf('@');
  const name = (text: string) => `'${text.replaceAll("'", "''")}'`;
  const grantee = at < 0 ? name(account) : `${name(account.slice(0, at))}@${name(account.slice(at + 1))}`;
  return `GRANT ${rights.join(', ')} ON ${quoteTable(map)} TO ${grantee};`;
}

/** The third is for an account that lacks an earlier one: refused for want of its own right alone. */
function statements(map: TableMap): readonly (readonly [right: string, sql: string, alone: string])[] {
  const table = quoteTable(map);
  const written = ROLES.map((role) => map.columns[role]).filter((column) => column !== null);
  const nothing = `INSERT INTO ${table} (${written.map(quote).join(', ')}) SELECT ${written.map(() => 'NULL').join(', ')} FROM DUAL WHERE FALSE`;
  const userId = `${table}.${quote(map.columns.userId)}`;
  const select = `SELECT ${identityColumns(map).map(quote).join(', ')} FROM ${table} WHERE FALSE`;
  // The LIMIT lets it pass where sql_safe_updates is on.
  const update = `UPDATE ${table} SET ${userId} = '' WHERE FALSE LIMIT 0`;
  return [
    ['SELECT', select, select],
    ['INSERT', nothing, nothing],
    // `ON DUPLICATE KEY UPDATE` asks for the right even if it changes nothing; and for INSERT and SELECT.
    ['UPDATE', `${nothing} ON DUPLICATE KEY UPDATE ${userId} = ${userId}`, update],
  ];
}

async function attempt(session: Session, sql: string): Promise<SinkFault | null> {
  try {
    await session.execute(sql);
    return null;
  } catch (error) {
    if (!session.alive) throw error;
    return faultOf(error);
  }
}

function missing(right: string, map: TableMap, session: Session): SinkFault {
  return {
    code: 'HIP_DB_RIGHTS',
    message: `The account ${session.server.account} has no ${right} right on ${map.schema}.${map.table}`,
    remedy: `Let the administrator run: ${grantSql([right], map, session.server.account)}`,
    transient: false,
  };
}
