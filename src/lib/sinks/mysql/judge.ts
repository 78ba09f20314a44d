import type { SinkFault } from '../sink.js';
import type { ColumnFacts, TableFacts, UniqueKey } from './facts.js';
import {
  columnDefinition,
  identityColumns,
  isExactCollation,
  judgeColumn,
  roleOf,
  wantsValue,
} from './judge-columns.js';
import { type MysqlSettings, quote, ROLES, type TableMap } from './settings.js';

/**
 * Whether a table could merge or alter distinct punches, and what would mend it. Pure: facts in, problems out. Any
 * problem means that nothing is forwarded and nothing rejected; the punches wait in the journal.
 */
export interface Judgement {
  readonly problems: readonly Problem[];
  /** Worth knowing, no hindrance. */
  readonly notes: readonly string[];
}

export interface Problem {
  readonly about: 'columns' | 'keys';
  readonly message: string;
  readonly mend: Mend;
}

export type Mend =
  | { readonly kind: 'modify'; readonly column: string; readonly definition: string }
  | { readonly kind: 'add-column'; readonly column: string; readonly definition: string }
  | { readonly kind: 'drop-key'; readonly key: UniqueKey }
  | { readonly kind: 'add-key' }
  | { readonly kind: 'by-hand'; readonly hint: string };

export const MEND_COMMAND = 'hip test-db --fix';
export const KEY_NAME = 'hip_punch';

export function judgeTable(facts: TableFacts, map: TableMap, settings: MysqlSettings): Judgement {
  if (facts.isView) {
    const hint = 'Set database.table to the table behind the view';
    return {
      problems: [
        {
          about: 'columns',
          message: `${map.table} is a view; its keys cannot be checked`,
          mend: { kind: 'by-hand', hint },
        },
      ],
      notes: [],
    };
  }
  return {
    problems: [
      ...ROLES.flatMap((role) => judgeRole(role, facts, { map, settings })),
      ...judgeOthers(facts, map),
      ...judgeKeys(facts, map),
    ],
    notes: notesOn(facts, map),
  };
}

export function faultOfProblem(problem: Problem): SinkFault {
  return {
    code: 'HIP_DB_TABLE_UNSAFE',
    message: problem.message,
    remedy: problem.mend.kind === 'by-hand' ? problem.mend.hint : MEND_COMMAND,
    transient: false,
  };
}

function judgeRole(
  role: (typeof ROLES)[number],
  facts: TableFacts,
  { map, settings }: { map: TableMap; settings: MysqlSettings },
): Problem[] {
  const column = map.columns[role];
  if (column === null) return [];
  const present = facts.columns.get(column.toLowerCase());
  const at = `${map.table}.${column}`;
  if (!present) {
    const isIdentity = identityColumns(map).includes(column);
    const names = [...facts.columns.values()].map((each) => each.name).join(', ');
    const mend: Mend = isIdentity
      ? {
          kind: 'by-hand',
          hint: `Set database.layout, or database.columns.${role}, to what the table has: ${names}`,
        }
      : { kind: 'add-column', column, definition: columnDefinition(role, undefined, map) };
    return [{ about: 'columns', message: `${at} does not exist`, mend }];
  }
  return judgeColumn(role, present, settings).map((clause) => ({
    about: 'columns',
    message: `${at} ${clause}`,
    mend: mendColumn(role, present, map),
  }));
}

function mendColumn(role: (typeof ROLES)[number], present: ColumnFacts, map: TableMap): Mend {
  if (present.generated)
    return { kind: 'by-hand', hint: `Set database.columns.${role} to a column that can be written` };
  const keepsDefault = present.defaultSql !== null && role !== 'time' && !/\(/.test(present.defaultSql);
  const definition = [
    columnDefinition(role, present, map),
    keepsDefault ? `DEFAULT ${present.defaultSql}` : '',
    present.comment === '' ? '' : `COMMENT '${present.comment.replaceAll("'", "''")}'`,
  ];
  return {
    kind: 'modify',
    column: present.name,
    definition: definition.filter((part) => part !== '').join(' '),
  };
}

/** Columns of the table's owner: one that wants a value which hip does not have makes every INSERT fail. */
function judgeOthers(facts: TableFacts, map: TableMap): Problem[] {
  const primary = facts.uniqueKeys.find((key) => key.isPrimary)?.parts.map((part) => part.column) ?? [];
  return [...facts.columns.values()]
    .filter((column) => roleOf(column.name, map) === undefined && wantsValue(column))
    .map((column) => ({
      about: 'columns',
      message: `${map.table}.${column.name} is NOT NULL without a default, and hip has no value for it`,
      mend: primary.includes(column.name.toLowerCase())
        ? {
            kind: 'by-hand',
            hint: `Give ${column.name} a default or make it AUTO_INCREMENT: it is part of the primary key`,
          }
        : { kind: 'modify', column: column.name, definition: nullableAgain(column) },
    }));
}

function nullableAgain(column: ColumnFacts): string {
  const charset =
    column.charset === null ? '' : ` CHARACTER SET ${column.charset} COLLATE ${column.collation}`;
  const comment = column.comment === '' ? '' : ` COMMENT '${column.comment.replaceAll("'", "''")}'`;
  return `${column.fullType}${charset} NULL${comment}`;
}

function judgeKeys(facts: TableFacts, map: TableMap): Problem[] {
  const identity = identityColumns(map);
  const list = identity.join(', ');
  const problems: Problem[] = facts.uniqueKeys
    .filter((key) => !isHarmless(key, facts, map))
    .map((key) => ({
      about: 'keys',
      message: `The unique key ${key.name} (${partsOf(key)}) of ${map.table} takes different punches for one`,
      mend: key.parts.every((part) => part.column !== null && roleOf(part.column, map) !== undefined)
        ? { kind: 'drop-key', key }
        : {
            kind: 'by-hand',
            hint: `Drop the key (ALTER TABLE ${quote(map.table)} DROP KEY ${quote(key.name)}), or let hip write elsewhere: database.table`,
          },
    }));
  if (!facts.uniqueKeys.some((key) => isExact(key, identity)))
    problems.push({
      about: 'keys',
      message: `${map.table} has no unique key on (${list}), so a punch that is sent twice would stand there twice`,
      mend: { kind: 'add-key' },
    });
  return problems;
}

function isExact(key: UniqueKey, identity: readonly string[]): boolean {
  return key.parts.length === identity.length && containsAll(key, identity);
}

function containsAll(key: UniqueKey, columns: readonly string[]): boolean {
  return columns.every((column) =>
    key.parts.some((part) => part.column === column.toLowerCase() && part.prefix === null),
  );
}

/** Harmless: two different punches can never be the same to this key. */
function isHarmless(key: UniqueKey, facts: TableFacts, map: TableMap): boolean {
  if (containsAll(key, identityColumns(map))) return true;
  return key.parts.some((part) => {
    const column = part.column === null ? undefined : facts.columns.get(part.column);
    if (!column || roleOf(column.name, map) !== undefined || column.generated) return false;
    // Left to the server, and different (or NULL) in each new row.
    return (
      column.autoIncrement ||
      (column.defaultSql === null && column.nullable) ||
      /uuid/i.test(column.defaultSql ?? '')
    );
  });
}

function partsOf(key: UniqueKey): string {
  return key.parts
    .map((part) => (part.column ?? 'expression') + (part.prefix === null ? '' : `(${part.prefix})`))
    .join(', ');
}

function notesOn(facts: TableFacts, map: TableMap): string[] {
  const notes: string[] = [];
  if (facts.triggers.length > 0)
    notes.push(
      `${map.table} has triggers (${facts.triggers.join(', ')}): what they do to a row is beyond hip's view`,
    );
  if (facts.engine !== '' && facts.engine.toLowerCase() !== 'innodb')
    notes.push(
      `${map.table} is kept by ${facts.engine}, which may lose rows when the server crashes; InnoDB does not`,
    );
  for (const column of identityColumns(map)) {
    const present = facts.columns.get(column.toLowerCase());
    if (!present || !isExactCollation(present.collation)) continue;
    if (present.charset !== null && !/^(utf|ucs|binary)/.test(present.charset))
      notes.push(
        `${map.table}.${column} holds only the characters of ${present.charset}; ids with others are refused`,
      );
  }
  return notes;
}
