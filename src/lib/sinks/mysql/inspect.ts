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
  readonly faults: readonly SinkFault[];
  readonly notes: readonly string[];
}

export interface InspectOptions {
  readonly map: TableMap;
  readonly settings: MysqlSettings;
  /** `unless-others`: not in a schema that holds a table of ours or of the previous system. */
  readonly create: 'never' | 'unless-others' | 'always';
}

export async function inspectTable(session: Session, options: InspectOptions): Promise<Inspection> {
  const { map, settings } = options;
  const facts = await readTableFacts(session, map);
  if (!facts) return inspectMissing(session, options);
  const { problems, notes } = judgeTable(facts, map, settings);
  const rights = await tryRights(session, map);
  // What else these attempts stumble over in a table with problems is the problems.
  const told =
    problems.length === 0 ? rights : rights.filter((fault) => fault.code !== 'HIP_DB_TABLE_UNSAFE');
  return { facts, problems, notes, faults: [...problems.map(faultOfProblem), ...told] };
}

async function inspectMissing(session: Session, options: InspectOptions): Promise<Inspection> {
  const { map, create } = options;
  // An account without any right on an existing table does not see it either.
  const [hidden] = (await tryRights(session, map)).filter((fault) => fault.code === 'HIP_DB_RIGHTS');
  if (hidden) return { facts: null, problems: [], notes: [], faults: [hidden] };
  const others = create === 'never' ? [] : await findTables(session, map.schema, KNOWN_TABLES);
  if (create === 'never' || (create === 'unless-others' && others.length > 0))
    return { facts: null, problems: [], notes: [], faults: [missingFault(map, others)] };
  const denied = await attemptCreate(session, map);
  if (denied) return { facts: null, problems: [], notes: [], faults: [denied] };
  const made = await inspectTable(session, { ...options, create: 'never' });
  return { ...made, notes: [`Created the table ${map.schema}.${map.table}.`, ...made.notes] };
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
