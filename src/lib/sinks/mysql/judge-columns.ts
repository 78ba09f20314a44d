import type { ColumnFacts } from './facts.js';
import { LAYOUTS } from './layouts.js';
import { IDENTITY, type MysqlSettings, ROLES, type Role, type TableMap } from './settings.js';

/** Longest device name and user id of a punch (punch.ts). */
const ID_CHARS = 64;
/** A wider id column is kept as wide as a key over two of them may be (3072 bytes in InnoDB, 4 bytes each). */
const MOST_ID_CHARS = 255;
const INTEGERS = new Set(['tinyint', 'smallint', 'mediumint', 'int', 'bigint']);
const NUMBERS = new Set([...INTEGERS, 'decimal', 'float', 'double', 'bit', 'year']);
const SHORT_TEXT = new Set(['varchar', 'char']);
const TEXT = new Set([...SHORT_TEXT, 'tinytext', 'text', 'mediumtext', 'longtext']);
const BYTES = new Set(['varbinary', 'tinyblob', 'blob', 'mediumblob', 'longblob']);

/** What is wrong with the column that a part of the punch goes into; each a clause that follows "is" or "may". */
export function judgeColumn(role: Role, column: ColumnFacts, settings: ColumnSettings): readonly string[] {
  if (column.generated) return ['is computed by the server and cannot be written'];
  switch (role) {
    case 'deviceSn':
    case 'userId':
      return [...judgeId(column), ...judgeNull(column)];
    case 'time':
      return [...judgeTime(column), ...judgeNull(column)];
    case 'raw':
      return TEXT.has(column.type) || BYTES.has(column.type)
        ? []
        : [`is ${name(column)}, which holds no text`];
    default:
      return judgeCode(role, column, settings);
  }
}

export interface ColumnSettings {
  readonly layout: TableMap['layout'];
  readonly defaults: MysqlSettings['defaults'];
}

/** The type with which the column takes every punch unaltered; what is sound of the present one is kept. */
export function columnDefinition(role: Role, present: ColumnFacts | undefined, map: TableMap): string {
  switch (role) {
    case 'deviceSn':
    case 'userId':
      return `VARCHAR(${idChars(present)}) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL`;
    case 'time':
      return 'DATETIME NOT NULL';
    case 'raw':
      return 'TEXT CHARACTER SET utf8mb4 NULL';
    default:
      return `${codeType(present, map)} NULL`;
  }
}

/** A column of the table's owner that hip does not write but that wants a value. */
export function wantsValue(column: ColumnFacts): boolean {
  return !column.nullable && column.defaultSql === null && !column.autoIncrement && !column.generated;
}

/**
 * Compares text exactly, but for blanks at the end ({@link isPadded}). Those are let pass: `utf8mb4_bin`, the one exact
 * collation that MySQL and MariaDB share, is among them, and no device tells two people apart by such blanks.
 */
export function isExactCollation(collation: string | null): boolean {
  return collation === null || collation === 'binary' || collation.endsWith('_bin');
}

/** True where `7` and `7 ` are the same to the server: all but bytes and the NO PAD collations of either server. */
export function isPadded(column: ColumnFacts | undefined): boolean {
  if (!column?.collation || column.collation === 'binary') return false;
  return column.type === 'char' || !/_nopad_|_0900_/.test(column.collation);
}

export function roleOf(column: string, map: TableMap): Role | undefined {
  return ROLES.find((role) => map.columns[role]?.toLowerCase() === column.toLowerCase());
}

export function identityColumns(map: TableMap): readonly string[] {
  return IDENTITY.map((role) => map.columns[role]);
}

function judgeId(column: ColumnFacts): string[] {
  if (NUMBERS.has(column.type)) return [`is ${name(column)}, a number: it turns 0090 into 90`];
  if (!SHORT_TEXT.has(column.type) && column.type !== 'varbinary')
    return [`is ${name(column)}, which cannot be compared as a whole by a unique key`];
  const faults: string[] = [];
  if ((column.maxChars ?? 0) < ID_CHARS)
    faults.push(`is too short: ${column.maxChars} characters where ids have up to ${ID_CHARS}`);
  if (!isExactCollation(column.collation))
    faults.push(`compares by ${column.collation}, which takes different ids for one (a and A)`);
  return faults;
}

function judgeTime(column: ColumnFacts): string[] {
  if (column.type === 'datetime') return [];
  if (column.type === 'timestamp')
    return ['is TIMESTAMP, which the server converts between time zones; device time needs DATETIME'];
  return [`is ${name(column)}, where a device's date and time need DATETIME`];
}

function judgeNull(column: ColumnFacts): string[] {
  return column.nullable ? ['may be NULL, and a unique key lets NULL repeat'] : [];
}

function judgeCode(role: 'status' | 'verify', column: ColumnFacts, settings: ColumnSettings): string[] {
  const faults: string[] = [];
  const letters = role === 'status' && LAYOUTS[settings.layout].codes === 'letters';
  if (letters && NUMBERS.has(column.type))
    faults.push(`is ${name(column)}, where this layout writes I and O`);
  else if (column.type === 'tinyint' && !/unsigned/i.test(column.fullType))
    faults.push('is a signed TINYINT, which ends at 127; codes go up to 255 (unknown)');
  else if (TEXT.has(column.type) && (column.maxChars ?? 0) < 3)
    faults.push(`is too short: ${column.maxChars} characters where codes have up to 3`);
  else if (!TEXT.has(column.type) && !INTEGERS.has(column.type) && column.type !== 'decimal')
    faults.push(`is ${name(column)}, where the codes 0 to 255 go`);
  if (!column.nullable && settings.defaults[role] === null)
    faults.push('may not be NULL, and no default is set for punches that say nothing');
  return faults;
}

function idChars(present: ColumnFacts | undefined): number {
  const chars = present && SHORT_TEXT.has(present.type) ? (present.maxChars ?? 0) : 0;
  return Math.min(Math.max(chars, ID_CHARS), MOST_ID_CHARS);
}

function codeType(present: ColumnFacts | undefined, map: TableMap): string {
  if (!present) return LAYOUTS[map.layout].codeType;
  if (present.type === 'tinyint') return 'SMALLINT';
  return INTEGERS.has(present.type) && LAYOUTS[map.layout].codes === 'numbers'
    ? present.fullType
    : 'VARCHAR(10)';
}

function name(column: ColumnFacts): string {
  return column.type.toUpperCase();
}
