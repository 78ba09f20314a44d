import type { Session } from './connection.js';
import { countRows, planRemoval, type Removal, type RowCounts } from './duplicates.js';
import type { TableFacts } from './facts.js';
import { KEY_NAME, type Mend, type Problem } from './judge.js';
import { identityColumns, roleOf } from './judge-columns.js';
import { quote, quoteTable, type TableMap } from './settings.js';

/** What `hip test-db --fix` is about to do with a table, in words and in SQL, before anything is done. */
export interface MendPlan {
  /** In the order of their execution. */
  readonly steps: readonly MendStep[];
  /** Rows that share their identity with another; removed only when asked for. */
  readonly removal: Removal | null;
  /** What only a person can decide. While there is any, nothing is begun. */
  readonly byHand: readonly string[];
}

export interface MendStep {
  readonly says: string;
  readonly sql: string;
}

/** Only reads. */
export async function planMend(
  session: Session,
  table: { readonly map: TableMap; readonly facts: TableFacts; readonly problems: readonly Problem[] },
  stamp: string,
): Promise<MendPlan> {
  const { map, facts, problems } = table;
  const byHand = unique(problems.flatMap(({ mend }) => (mend.kind === 'by-hand' ? [mend.hint] : [])));
  if (problems.length === 0 || byHand.length > 0) return { steps: [], removal: null, byHand };
  const counts = await countRows(session, map, facts);
  const strays = strayRows(map, counts);
  if (strays.length > 0) return { steps: [], removal: null, byHand: strays };
  const { doubles: rows } = counts;
  return {
    steps: [...fillSteps(map, counts), alterStep(map, problems)],
    removal: rows > 0 ? planRemoval(map, facts, { rows, stamp }) : null,
    byHand: [],
  };
}

/** The whole plan as a script, for somebody who has the rights that we lack. */
export function planSql(plan: MendPlan): readonly string[] {
  const { removal } = plan;
  const removing = removal
    ? [...removal.prepare, 'START TRANSACTION', removal.copy, removal.remove, 'COMMIT']
    : [];
  return [...removing, ...plan.steps.map((step) => step.sql)].map((sql) => `${sql};`);
}

function strayRows(map: TableMap, { withoutUser, withoutTime }: RowCounts): string[] {
  const strays = [
    { rows: withoutUser, column: map.columns.userId },
    { rows: withoutTime, column: map.columns.time },
  ];
  return strays
    .filter(({ rows }) => rows > 0)
    .map(
      ({ rows, column }) =>
        `rows without a usable ${column} are no punches; there are ${rows}: look at them (SELECT * FROM ${quoteTable(map)} ORDER BY ${quote(column)}) and remove them or fill it in`,
    );
}

function fillSteps(map: TableMap, { withoutDevice }: RowCounts): MendStep[] {
  if (withoutDevice === 0) return [];
  const column = quote(map.columns.deviceSn);
  return [
    {
      says: `write an empty ${map.columns.deviceSn} where there is none (rows: ${withoutDevice})`,
      sql: `UPDATE ${quoteTable(map)} SET ${column} = '' WHERE ${column} IS NULL`,
    },
  ];
}

/** One ALTER for all, so that the table is copied once. */
function alterStep(map: TableMap, problems: readonly Problem[]): MendStep {
  const mends = uniqueMends(problems.map(({ mend }) => mend));
  const primaryGoes = mends.some((mend) => mend.kind === 'drop-key' && mend.key.isPrimary);
  const clauses = mends.map((mend) => clauseOf(mend, map, primaryGoes));
  return {
    says: mends.map((mend) => wordsOf(mend, map)).join('; '),
    sql: `ALTER TABLE ${quoteTable(map)} ${clauses.join(', ')}`,
  };
}

function clauseOf(mend: Mend, map: TableMap, primaryGoes: boolean): string {
  switch (mend.kind) {
    case 'modify':
      return `MODIFY COLUMN ${quote(mend.column)} ${mend.definition}`;
    case 'add-column':
      return `ADD COLUMN ${quote(mend.column)} ${mend.definition}`;
    case 'drop-key':
      return mend.key.isPrimary ? 'DROP PRIMARY KEY' : `DROP KEY ${quote(mend.key.name)}`;
    default: {
      const columns = identityColumns(map).map(quote).join(', ');
      // A table keeps a primary key if it had one: some servers demand one.
      return primaryGoes ? `ADD PRIMARY KEY (${columns})` : `ADD UNIQUE KEY ${quote(KEY_NAME)} (${columns})`;
    }
  }
}

function wordsOf(mend: Mend, map: TableMap): string {
  switch (mend.kind) {
    case 'modify':
      return roleOf(mend.column, map) === undefined
        ? `let ${mend.column} be NULL`
        : `change ${mend.column} to ${mend.definition}`;
    case 'add-column':
      return `add the column ${mend.column}`;
    case 'drop-key':
      return `drop the key ${mend.key.name}`;
    default:
      return `add a unique key on (${identityColumns(map).join(', ')})`;
  }
}

/** A column with several problems is changed once. */
function uniqueMends(mends: readonly Mend[]): Mend[] {
  const seen = new Set<string>();
  return mends.filter((mend) => {
    const key = JSON.stringify(mend);
    return !seen.has(key) && seen.add(key);
  });
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}
