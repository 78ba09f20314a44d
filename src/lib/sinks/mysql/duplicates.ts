import type { Session } from './connection.js';
import type { TableFacts } from './facts.js';
import { quote, quoteTable, type TableMap } from './settings.js';

/**
 * Rows of one identity that stand in a table more than once, as it will compare when it is mended. The one with the
 * lowest id stays; the others are copied into a table of their own before they go.
 */
export interface Removal {
  readonly rows: number;
  readonly backupTable: string;
  /** Without transactions around them; in this order. */
  readonly prepare: readonly string[];
  readonly copy: string;
  readonly remove: string;
}

export interface RowCounts {
  readonly rows: number;
  readonly doubles: number;
  readonly withoutDevice: number;
  readonly withoutUser: number;
  /** NULL, or a text that is no time. All of them would look alike. */
  readonly withoutTime: number;
}

const MOST_NAME_CHARS = 64;

export async function countRows(session: Session, map: TableMap, facts: TableFacts): Promise<RowCounts> {
  const identity = identityExpressions(map, facts);
  const { deviceSn, userId } = map.columns;
  const nulls = [quote(deviceSn), quote(userId), timeExpression(map, facts)];
  const [row] = await session.select(
    `SELECT COUNT(*), COUNT(DISTINCT ${identity.join(', ')}), ${nulls
      .map((expression) => `COALESCE(SUM(${expression} IS NULL), 0)`)
      .join(', ')} FROM ${quoteTable(map)}`,
  );
  const [rows = 0, distinct = 0, withoutDevice = 0, withoutUser = 0, withoutTime = 0] = (row ?? []).map(
    Number,
  );
  return { rows, doubles: rows - distinct, withoutDevice, withoutUser, withoutTime };
}

/** @param stamp goes into the name of the backup table */
export function planRemoval(
  map: TableMap,
  facts: TableFacts,
  { rows, stamp }: { readonly rows: number; readonly stamp: string },
): Removal {
  const suffix = `_removed_${stamp}`;
  const backupTable = map.table.slice(0, MOST_NAME_CHARS - suffix.length) + suffix;
  const backup = `${quote(map.schema)}.${quote(backupTable)}`;
  const table = quoteTable(map);
  const primary = facts.uniqueKeys.find((key) => key.isPrimary)?.parts.map((part) => part.column ?? '') ?? [];
  const id = facts.columns.has('id') ? 'hip_id' : 'id';
  const key = (primary.length > 0 ? primary : [id]).map(quote);
  const own = [...facts.columns.values()].filter((column) => !column.generated);
  const columns = [...(primary.length > 0 ? [] : [quote(id)]), ...own.map((column) => quote(column.name))];
  const same = (left: string, right: string) =>
    key.map((part) => `${left}.${part} = ${right}.${part}`).join(' AND ');
  const numbered = `SELECT ${key.join(', ')}, ROW_NUMBER() OVER (PARTITION BY ${identityExpressions(map, facts).join(', ')} ORDER BY ${key.join(', ')}) AS hip_n FROM ${table}`;
  return {
    rows,
    backupTable,
    prepare: [
      // Rows without any key can't be told apart; the numbers follow the order in which the rows came.
      ...(primary.length > 0
        ? []
        : [`ALTER TABLE ${table} ADD COLUMN ${quote(id)} BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY FIRST`]),
      `CREATE TABLE ${backup} LIKE ${table}`,
    ],
    copy: `INSERT INTO ${backup} (${columns.join(', ')}) SELECT ${columns.map((column) => `hip_t.${column}`).join(', ')} FROM ${table} AS hip_t JOIN (${numbered}) AS hip_r ON ${same('hip_t', 'hip_r')} WHERE hip_r.hip_n > 1`,
    remove: `DELETE hip_t FROM ${table} AS hip_t JOIN ${backup} AS hip_b ON ${same('hip_t', 'hip_b')}`,
  };
}

/** Device, user and time as the mended columns will hold and compare them. */
function identityExpressions(map: TableMap, facts: TableFacts): string[] {
  const ids = [map.columns.deviceSn, map.columns.userId].map((column) => {
    const filled = `COALESCE(${quote(column)}, '')`;
    // Bytes that are no UTF-8 would all become NULL, and so look alike.
    const isBytes = /binary|blob/.test(facts.columns.get(column.toLowerCase())?.type ?? '');
    return isBytes ? filled : `CAST(${filled} AS CHAR CHARACTER SET utf8mb4) COLLATE utf8mb4_bin`;
  });
  return [...ids, timeExpression(map, facts)];
}

function timeExpression(map: TableMap, facts: TableFacts): string {
  const type = facts.columns.get(map.columns.time.toLowerCase())?.type ?? '';
  const column = quote(map.columns.time);
  return /^(datetime|timestamp)$/.test(type) ? column : `CAST(${column} AS DATETIME)`;
}
