import type { Session } from './connection.js';
import { KEY_NAME } from './judge.js';
import { columnDefinition, identityColumns } from './judge-columns.js';
import { LAYOUTS } from './layouts.js';
import { quote, quoteTable, ROLES, type TableMap } from './settings.js';

/**
 * The table as hip makes it. BIGINT, because an id of 32 bits can be used up; SMALLINT, because 255 ("unknown") does
 * not fit a TINYINT; `utf8mb4_bin`, because all other collations take some different ids for one.
 */
export function createTableSql(map: TableMap): string {
  const taken = new Set(ROLES.map((role) => map.columns[role]?.toLowerCase()));
  const id = taken.has('id') ? 'hip_id' : 'id';
  const columns = ROLES.flatMap((role) => {
    const column = map.columns[role];
    return column === null ? [] : [`${quote(column)} ${columnDefinition(role, undefined, map)}`];
  });
  const extra = LAYOUTS[map.layout].extra.filter(
    (definition) => !taken.has(definition.split('`')[1]?.toLowerCase()),
  );
  const lines = [
    `${quote(id)} BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY`,
    ...columns,
    ...extra,
    `UNIQUE KEY ${quote(KEY_NAME)} (${identityColumns(map).map(quote).join(', ')})`,
    // What payroll asks for: everything of a month.
    `KEY ${quote('hip_time')} (${quote(map.columns.time)})`,
  ];
  return `CREATE TABLE IF NOT EXISTS ${quoteTable(map)} (\n  ${lines.join(',\n  ')}\n) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin`;
}

/** Harmless where another process was faster. */
export async function createTable(session: Session, map: TableMap): Promise<void> {
  await session.execute(createTableSql(map));
}
