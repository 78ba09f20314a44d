import type { SinkFault } from '../sink.js';
import { tlsOptions } from './connection.js';
import type { Greeting } from './greeting.js';
import type { Inspection } from './inspect.js';
import { faultOfProblem, type Problem } from './judge.js';
import { identityColumns } from './judge-columns.js';
import type { MysqlSettings, TableMap } from './settings.js';

/** The links between this PC and the table, in the order of their dependence. */
export const LINKS = [
  'configuration',
  'dns',
  'tcp',
  'tls',
  'login',
  'rights',
  'table',
  'key',
  'latency',
  'clock',
] as const;
export type LinkName = (typeof LINKS)[number];

/** One row of `hip test-db`; the names of its keys are a contract (`--json`). */
export interface ChainLink {
  readonly name: LinkName;
  readonly state: 'ok' | 'warn' | 'fail' | 'skipped';
  readonly found: string;
  /** Null when nothing was measured. */
  readonly ms: number | null;
  /** What to do; null when all is well. */
  readonly next: string | null;
  /** A code of the error catalogue when it failed. */
  readonly code: string | null;
}

export function failed(name: LinkName, fault: SinkFault, ms: number | null): ChainLink {
  return { name, state: 'fail', found: fault.message, ms, next: fault.remedy, code: fault.code };
}

export function skipped(name: LinkName): ChainLink {
  return { name, state: 'skipped', found: 'not tried', ms: null, next: null, code: null };
}

export function linkOfTls(settings: MysqlSettings, greeting: Greeting): ChainLink {
  const link = { name: 'tls', ms: null, code: null } as const;
  if (!tlsOptions(settings)) {
    if (settings.ssl === 'auto')
      return { ...link, state: 'ok', found: 'not needed: the server is on this PC', next: null };
    const next = 'Set database.ssl to "auto" unless nobody can listen on the way';
    return { ...link, state: 'warn', found: 'switched off: password and punches travel in plain text', next };
  }
  if (!greeting.offersTls) {
    const next =
      'Switch TLS on at the server; in a network where nobody can listen, database.ssl "off" does without';
    return { ...link, state: 'fail', found: 'The server offers no encryption', next, code: 'HIP_DB_TLS' };
  }
  const { tls } = greeting;
  if (!tls || tls.error) return { ...link, ...refusedTls(tls?.error ?? null, greeting), ms: tls?.ms ?? null };
  const whose = tls.certificate
    ? `, ${tls.certificate.subject} by ${tls.certificate.issuer}, valid to ${tls.certificate.validTo}`
    : '';
  const found = `${tls.protocol ?? 'TLS'}${whose}`;
  if (settings.ssl !== 'no-verify') return { ...link, state: 'ok', found, next: null, ms: tls.ms };
  const next = 'Give the CA certificate in database.ca and set database.ssl to "required"';
  return { ...link, state: 'warn', found: `${found}; not verified`, next, ms: tls.ms };
}

/** Node's codes for what is wrong with a certificate. */
function refusedTls(
  error: { readonly code: string; readonly message: string } | null,
  { tls }: Greeting,
): Pick<ChainLink, 'state' | 'found' | 'next' | 'code'> {
  const whose = tls?.certificate ? ` (${tls.certificate.subject} by ${tls.certificate.issuer})` : '';
  const found = `The server's certificate is not trusted: ${error?.message ?? 'TLS failed'}${whose}`;
  const remedies: Readonly<Record<string, string>> = {
    CERT_HAS_EXPIRED: `Renew the server's certificate; it ended ${tls?.certificate?.validTo ?? ''}`.trim(),
    CERT_NOT_YET_VALID: "Check this PC's clock, or the server's certificate",
    ERR_TLS_CERT_ALTNAME_INVALID: 'Set database.host to a name that stands in the certificate',
    EPROTO: 'The server speaks only old TLS (before 1.2): update it',
  };
  const next =
    remedies[error?.code ?? ''] ??
    'Save the CA certificate of the server or its provider as a file and name it in database.ca';
  return { state: 'fail', found, next, code: 'HIP_DB_TLS' };
}

/** Rights, table and key. */
export function* linksOfTable(inspection: Inspection, map: TableMap): Generator<ChainLink> {
  const { facts, problems, missingRights, otherFaults, rightsMs, factsMs } = inspection;
  if (missingRights.length > 0) yield failed('rights', merge(missingRights), rightsMs);
  else yield facts ? good('rights', 'SELECT, INSERT, UPDATE', rightsMs) : skipped('rights');
  const about = (part: Problem['about']) =>
    problems.filter((problem) => problem.about === part).map(faultOfProblem);
  const tableFaults = [...otherFaults, ...about('columns')];
  if (tableFaults.length > 0) yield failed('table', merge(tableFaults), factsMs);
  else yield facts ? tableLink(inspection, map) : skipped('table');
  if (!facts) return yield skipped('key');
  const keyFaults = about('keys');
  if (keyFaults.length > 0) yield failed('key', merge(keyFaults), null);
  else yield good('key', `unique on (${identityColumns(map).join(', ')})`, null);
}

function tableLink({ created, notes, factsMs }: Inspection, map: TableMap): ChainLink {
  const fine = `${map.schema}.${map.table}: its columns take every punch`;
  const link = good('table', [fine, ...notes].join('\n'), factsMs);
  return notes.length > (created ? 1 : 0) ? { ...link, state: 'warn' } : link;
}

function merge(faults: readonly SinkFault[]): SinkFault {
  const remedies = [...new Set(faults.map((fault) => fault.remedy))];
  const [first] = faults;
  return {
    code: first?.code ?? 'HIP_DB_UNAVAILABLE',
    message: faults.map((fault) => fault.message).join('\n'),
    remedy: remedies.join('\n'),
    transient: faults.every((fault) => fault.transient),
  };
}

function good(name: LinkName, found: string, ms: number | null): ChainLink {
  return { name, state: 'ok', found, ms, next: null, code: null };
}
