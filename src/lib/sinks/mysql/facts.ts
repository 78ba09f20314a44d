import type { Row, Session } from './connection.js';
import type { TableMap } from './settings.js';

/** What the server says of a table, as far as it matters to a punch. */
export interface TableFacts {
  readonly isView: boolean;
  readonly engine: string;
  /** By lower-case name: MySQL's column names have no case. */
  readonly columns: ReadonlyMap<string, ColumnFacts>;
  readonly uniqueKeys: readonly UniqueKey[];
  /** Names of triggers; empty also where the account may not see them. */
  readonly triggers: readonly string[];
}

export interface ColumnFacts {
  readonly name: string;
  /** `varchar`, `int`, `datetime`, … */
  readonly type: string;
  /** As the server writes it, with length, sign and members: `tinyint(3) unsigned`. */
  readonly fullType: string;
  readonly nullable: boolean;
  /** As an SQL expression; null is "no default" (a nullable column then has NULL). */
  readonly defaultSql: string | null;
  readonly autoIncrement: boolean;
  readonly generated: boolean;
  /** Null for numbers, times and bytes. */
  readonly charset: string | null;
  readonly collation: string | null;
  /** Of text: characters; of bytes: bytes. */
  readonly maxChars: number | null;
  readonly maxBytes: number | null;
  readonly comment: string;
}

export interface UniqueKey {
  readonly name: string;
  readonly isPrimary: boolean;
  readonly parts: readonly {
    /** Lower case; null is an expression. */
    readonly column: string | null;
    /** Set when only the first characters count. */
    readonly prefix: number | null;
  }[];
}

/** Null when there is no such table, or none that this account may see. */
export async function readTableFacts(session: Session, map: TableMap): Promise<TableFacts | null> {
  const at = [map.schema, map.table];
  const [table] = await session.select(
    'SELECT table_type, engine FROM information_schema.tables WHERE table_schema = ? AND table_name = ?',
    at,
  );
  if (!table) return null;
  const columns = await session.select(
    `SELECT column_name, data_type, column_type, is_nullable, column_default, extra, character_set_name,
       collation_name, character_maximum_length, character_octet_length, column_comment
     FROM information_schema.columns WHERE table_schema = ? AND table_name = ? ORDER BY ordinal_position`,
    at,
  );
  const keys = await session.select(
    `SELECT index_name, column_name, sub_part FROM information_schema.statistics
     WHERE table_schema = ? AND table_name = ? AND non_unique = 0 ORDER BY index_name, seq_in_index`,
    at,
  );
  const triggers = await session.select(
    `SELECT trigger_name FROM information_schema.triggers
     WHERE event_object_schema = ? AND event_object_table = ? ORDER BY trigger_name`,
    at,
  );
  const read = columns.map((row) => columnOf(row, session.server.isMariadb));
  return {
    isView: String(table[0]).includes('VIEW'),
    engine: text(table[1]) ?? '',
    columns: new Map(read.map((column) => [column.name.toLowerCase(), column])),
    uniqueKeys: uniqueKeysOf(keys),
    triggers: triggers.map(([name]) => String(name)),
  };
}

/** Tables of the schema with one of these names. */
export async function findTables(
  session: Session,
  schema: string,
  names: readonly string[],
): Promise<readonly string[]> {
  const rows = await session.select(
    'SELECT table_name FROM information_schema.tables WHERE table_schema = ? AND table_name IN (?) ORDER BY table_name',
    [schema, names],
  );
  return rows.map(([name]) => String(name));
}

function columnOf(row: Row, isMariadb: boolean): ColumnFacts {
  const [name, type, fullType, nullable, fallback, extra, charset, collation, maxChars, maxBytes, comment] =
    row;
  const traits = String(extra ?? '').toLowerCase();
  return {
    name: String(name),
    type: String(type).toLowerCase(),
    fullType: String(fullType),
    nullable: nullable === 'YES',
    defaultSql: isMariadb ? mariadbDefault(text(fallback)) : mysqlDefault(text(fallback), traits),
    autoIncrement: traits.includes('auto_increment'),
    generated: /(virtual|stored|persistent) generated/.test(traits),
    charset: text(charset),
    collation: text(collation),
    maxChars: number(maxChars),
    maxBytes: number(maxBytes),
    comment: text(comment) ?? '',
  };
}

/** MariaDB gives an SQL expression, and the word NULL for a nullable column without a default. */
function mariadbDefault(fallback: string | null): string | null {
  return fallback === null || fallback.toUpperCase() === 'NULL' ? null : fallback;
}

/** MySQL gives the bare value, or an expression that it marks as such. */
function mysqlDefault(fallback: string | null, traits: string): string | null {
  if (fallback === null) return null;
  if (/^current_timestamp/i.test(fallback)) return fallback;
  if (traits.includes('default_generated')) return `(${fallback})`;
  return `'${fallback.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}

function uniqueKeysOf(rows: readonly Row[]): UniqueKey[] {
  const names = [...new Set(rows.map(([name]) => String(name)))];
  return names.map((name) => ({
    name,
    isPrimary: name === 'PRIMARY',
    parts: rows
      .filter(([each]) => each === name)
      .map(([, column, prefix]) => ({
        column: text(column)?.toLowerCase() ?? null,
        prefix: number(prefix),
      })),
  }));
}

function text(value: unknown): string | null {
  return value === null || value === undefined ? null : String(value);
}

function number(value: unknown): number | null {
  return value === null || value === undefined ? null : Number(value);
}
