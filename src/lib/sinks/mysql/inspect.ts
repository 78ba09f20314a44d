import type { SinkFault } from '../sink.js';
import type { Session } from './connection.js';
import { createTable } from './create.js';
import { findTables, readTableFacts, type TableFacts } from './facts.js';
import { faultOfProblem, judgeTable, type Problem } from './judge.js';
import { KNOWN_TABLES } from './layouts.js';
import { grantSql, tryRights } from './rights.js';
import type { MysqlSettings, TableMap } from './settings.js';
import { faultOf } from './verdicts.js';

/** The table as it is and whether punches may go into it. */
export interface Inspection {
  /** Null when there is no table. */
  readonly facts: TableFacts | null;
  readonly problems: readonly Problem[];
  readonly missingRights: readonly SinkFault[];
  /** No table, a read-only server, … */
  readonly otherFaults: readonly SinkFault[];
  readonly created: boolean;
  readonly notes: readonly string[];
  readonly factsMs: number;
  readonly rightsMs: number;
}

export function faultsOf(inspection: Inspection): readonly SinkFault[] {
  const { problems, missingRights, otherFaults } = inspection;
  return [...problems.map(faultOfProblem), ...missingRights, ...otherFaults];
}

export interface InspectOptions {
  readonly map: TableMap;
  readonly settings: MysqlSettings;
  /** `unless-others`: not in a schema that holds a table of ours or of the previous system. */
  readonly create: 'never' | 'unless-others' | 'always';
}

const NOTHING = {
  facts: null,
  problems: [],
  missingRights: [],
  otherFaults: [],
  created: false,
  notes: [],
} as const;

export async function inspectTable(session: Session, options: InspectOptions): Promise<Inspection> {
  const { map, settings } = options;
  const startedAt = performance.now();
  const facts = await readTableFacts(session, map);
  const readAt = performance.now();
  const tried = await tryRights(session, map);
  const missingRights = tried.filter((fault) => fault.code === 'HIP_DB_RIGHTS');
  const took = { factsMs: readAt - startedAt, rightsMs: performance.now() - readAt };
  // An account without any right on an existing table does not see it either.
  if (!facts && missingRights.length > 0) return { ...NOTHING, ...took, missingRights };
  if (!facts) return { ...took, ...(await inspectMissing(session, options)) };
  const { problems, notes } = judgeTable(facts, map, settings);
  // What else these attempts stumble over in a table with problems is the problems.
  const otherFaults = tried.filter(
    ({ code }) => code !== 'HIP_DB_RIGHTS' && (problems.length === 0 || code !== 'HIP_DB_TABLE_UNSAFE'),
  );
  return { facts, problems, missingRights, otherFaults, created: false, notes, ...took };
}

async function inspectMissing(
  session: Session,
  options: InspectOptions,
): Promise<Omit<Inspection, 'factsMs' | 'rightsMs'>> {
  const { map, create } = options;
  const others = await findTables(session, map.schema, KNOWN_TABLES);
  // Another process was faster.
  if (create !== 'never' && others.includes(map.table))
    return inspectTable(session, { ...options, create: 'never' });
  if (create === 'never' || (create === 'unless-others' && others.length > 0))
    return { ...NOTHING, otherFaults: [missingFault(map, others)] };
  const denied = await attemptCreate(session, map);
  if (denied) return { ...NOTHING, missingRights: [denied] };
  const made = await inspectTable(session, { ...options, create: 'never' });
  return {
    ...made,
    created: true,
    notes: [`Created the table ${map.schema}.${map.table}.`, ...made.notes],
  };
}

async function attemptCreate(session: Session, map: TableMap): Promise<SinkFault | null> {
  try {
    await createTable(session, map);
    return null;
  } catch (error) {
    if (!session.alive || faultOf(error).code !== 'HIP_DB_RIGHTS') throw error;
    return {
      code: 'HIP_DB_RIGHTS',
      message: `The table ${map.table} does not exist in ${map.schema}, and ${session.server.account} may not create it`,
      remedy: `Let the administrator run: ${grantSql(['CREATE', 'SELECT', 'INSERT', 'UPDATE'], map, session.server.account)}`,
      transient: false,
    };
  }
}

function missingFault(map: TableMap, others: readonly string[]): SinkFault {
  const beside = others.length === 0 ? '' : `, but the schema holds ${others.join(', ')}`;
  const remedy =
    others.length === 0
      ? 'Create it with hip test-db --create, or correct database.table'
      : `Set database.layout to ${others[0]}, or create the table with hip test-db --create`;
  return {
    code: 'HIP_DB_TABLE_MISSING',
    message: `The table ${map.table} does not exist in ${map.schema}${beside}`,
    remedy,
    transient: false,
  };
}
