import { openSecrets } from '../../config/secrets.js';
import type { LoadedConfig } from '../../config.js';
import { EXIT, HipError } from '../../errors.js';
import { mysqlSettings } from '../../settings.js';
import type { ChainLink } from '../../sinks/chain.js';
import type { MysqlSettings } from '../../sinks/mysql.js';
import { SinkUnavailable } from '../../sinks/sink.js';
import type { MendPlan } from '../../sinks/table-mend.js';
import { type FixResult, renderLink, renderMend, renderPlan } from './chain-report.js';

export interface DatabaseCheck {
  readonly links: readonly ChainLink[];
  /** What `--fix` would do or did; null when it was not asked for or had nothing to do. */
  readonly plan: (MendPlan & { readonly sql: readonly string[] }) | null;
  readonly result: FixResult | null;
}

export interface DatabaseCheckOptions {
  readonly create: boolean;
  readonly fix: boolean;
  readonly removeDuplicates: boolean;
  /** Asked after the plan was shown and before anything is changed; without it nothing is. */
  readonly agree?: () => Promise<boolean>;
  readonly nowMs: () => number;
  /** Told the target when its table was missing and has been made. */
  readonly onCreated?: (target: string) => void;
  /** Told each row and step as it comes. */
  readonly tell: (text: string) => void;
  /** Columns of the terminal; undefined when piped. */
  readonly width?: number | undefined;
}

/**
 * `hip test-db`: walks the chain and, when asked, mends the table and walks again.
 * @throws {HipError} HIP_NO_DATABASE, HIP_CREDENTIALS_SEALED
 */
export async function checkDatabase(
  loaded: Pick<LoadedConfig, 'config' | 'importedDatabase' | 'withheld'>,
  options: DatabaseCheckOptions,
): Promise<DatabaseCheck> {
  const settings = mysqlSettings(await openSecrets(loaded));
  if (!settings)
    throw new HipError('HIP_NO_DATABASE', 'No database is configured; punches stay in the journal.', {
      suggestions: [
        'Let hip ask for it: hip init',
        'Or put user, password, host and database into credentials.json beside the configuration',
        'Or set HIP_DATABASE_URL=mysql://user:password@host:3306/schema',
      ],
    });
  const links = await walk(settings, options);
  const isUnsafe = links.some(({ code }) => code === 'HIP_DB_TABLE_UNSAFE');
  if (!options.fix || !isUnsafe) return { links, plan: null, result: null };
  const { plan, result } = await fixTable(settings, options);
  if (result.outcome !== 'mended') return { links, plan, result };
  return { links: await walk(settings, options), plan, result };
}

/** The code of what is still wrong; 0 when punches can go through. */
export function exitCodeOfCheck({ links }: DatabaseCheck): (typeof EXIT)['done' | 'usage' | 'unreachable'] {
  const broken = links.find(({ state }) => state === 'fail');
  if (!broken) return EXIT.done;
  return broken.name === 'configuration' ? EXIT.usage : EXIT.unreachable;
}

async function walk(settings: MysqlSettings, options: DatabaseCheckOptions): Promise<ChainLink[]> {
  const { checkChain } = await import('../../sinks/chain.js');
  const links: ChainLink[] = [];
  const { create, nowMs, onCreated } = options;
  for await (const link of checkChain(settings, { create, nowMs, onCreated })) {
    links.push(link);
    options.tell(renderLink(link, options.width));
  }
  return links;
}

async function fixTable(
  settings: MysqlSettings,
  options: DatabaseCheckOptions,
): Promise<{ plan: NonNullable<DatabaseCheck['plan']>; result: FixResult }> {
  const { mendTable, planSql, planTableMend } = await import('../../sinks/table-mend.js');
  try {
    const plan = await planTableMend(settings, options.nowMs());
    options.tell(`\n${renderPlan(plan, options.width)}`);
    const { removeDuplicates } = options;
    const agreed = !wouldChange(plan, removeDuplicates) || ((await options.agree?.()) ?? false);
    const result: FixResult = agreed
      ? await mendTable(settings, plan, { removeDuplicates })
      : { outcome: 'not-agreed' };
    options.tell(`${renderMend(result)}\n`);
    return { plan: { ...plan, sql: planSql(plan) }, result };
  } catch (error) {
    if (!(error instanceof SinkUnavailable)) throw error;
    const { message, remedy } = error.fault;
    throw new HipError('HIP_DB_UNAVAILABLE', message, { suggestions: [remedy], cause: error });
  }
}

/** False where mending only says why it does nothing. */
function wouldChange({ byHand, removal, steps }: MendPlan, removeDuplicates: boolean): boolean {
  if (byHand.length > 0) return false;
  return removal === null ? steps.length > 0 : removeDuplicates;
}
