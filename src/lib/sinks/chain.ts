import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { HipError } from '../errors.js';
import { openSession, type Session } from './mysql/connection.js';
import { type Greeting, greet } from './mysql/greeting.js';
import { inspectTable } from './mysql/inspect.js';
import {
  type ChainLink,
  failed,
  LINKS,
  type LinkName,
  linkOfTls,
  linksOfTable,
  skipped,
} from './mysql/links.js';
import { createTableMap, type MysqlSettings, quote, type TableMap, targetOf } from './mysql/settings.js';
import { faultOf, unavailable } from './mysql/verdicts.js';

export type { ChainLink } from './mysql/links.js';

export interface ChainOptions {
  /** Make the schema and the table where they are missing. */
  readonly create: boolean;
  readonly nowMs: () => number;
  /** The table was missing and has been made; told its target. */
  readonly onCreated?: ((target: string) => void) | undefined;
}

/**
 * Walks from this PC to the table, link by link, and says of each what was found and what to do. After a link that
 * failed the rest is `skipped`. Changes nothing but what `create` asks for.
 */
export async function* checkChain(settings: MysqlSettings, options: ChainOptions): AsyncGenerator<ChainLink> {
  const told = new Set<LinkName>();
  for await (const link of walk(settings, options)) {
    told.add(link.name);
    yield link;
  }
  for (const name of LINKS.filter((each) => !told.has(each))) yield skipped(name);
}

async function* walk(settings: MysqlSettings, options: ChainOptions): AsyncGenerator<ChainLink> {
  const map = readConfiguration(settings);
  if ('name' in map) return yield map;
  yield ok('configuration', `${targetOf(settings)}, layout ${settings.layout}, user ${settings.user}`, 0);
  const dns = await resolveName(settings);
  yield dns;
  if (dns.state === 'fail') return;
  const greeting = await attempt('tcp', () => greet(settings));
  if ('name' in greeting) return yield { ...greeting, next: NO_ANSWER };
  const tcp = linkOfTcp(greeting);
  yield tcp;
  if (tcp.state === 'fail') return;
  const tls = linkOfTls(settings, greeting);
  yield tls;
  if (tls.state === 'fail') return;
  const session = await attempt('login', () => logIn(settings, options.create));
  if ('name' in session) return yield session;
  try {
    yield linkOfLogin(session);
    const inspection = await attempt('rights', () =>
      inspectTable(session, { map, settings, create: options.create ? 'always' : 'never' }),
    );
    if ('name' in inspection) return yield inspection;
    if (inspection.created) options.onCreated?.(targetOf(settings));
    yield* linksOfTable(inspection, map);
    yield await measureLatency(session);
    yield await compareClocks(session, options.nowMs);
  } finally {
    await session.close();
  }
}

const NO_ANSWER =
  'See that the server runs and listens, that database.host and database.port are right, and what firewalls are between';

function readConfiguration(settings: MysqlSettings): TableMap | ChainLink {
  try {
    return createTableMap(settings);
  } catch (error) {
    if (!(error instanceof HipError)) throw error;
    const next = 'Correct the configuration';
    return { name: 'configuration', state: 'fail', found: error.message, ms: null, next, code: error.code };
  }
}

async function resolveName({ host }: MysqlSettings): Promise<ChainLink> {
  if (isIP(host)) return ok('dns', `${host} is an address`, 0);
  const startedAt = performance.now();
  try {
    const addresses = await lookup(host, { all: true });
    const found = addresses.map(({ address }) => address).join(', ');
    return ok('dns', `${host} is ${found}`, performance.now() - startedAt);
  } catch (error) {
    return failed('dns', unavailable(error).fault, performance.now() - startedAt);
  }
}

/** The value, or the link that failed. */
async function attempt<T extends object>(name: LinkName, act: () => Promise<T>): Promise<T | ChainLink> {
  const startedAt = performance.now();
  try {
    return await act();
  } catch (error) {
    return failed(name, unavailable(error).fault, performance.now() - startedAt);
  }
}

/** MariaDB before 11 puts it before its greeting, for old replicas. */
const MARIADB_PREFIX = /^5\.5\.5-/;

function linkOfTcp(greeting: Greeting): ChainLink {
  if (greeting.refusal !== null) {
    const fault = {
      code: 'HIP_DB_CONNECT',
      message: `The server turns this PC away: ${greeting.refusal}`,
      remedy: "Let the administrator allow this PC's address",
      transient: false,
    };
    return failed('tcp', fault, greeting.connectMs);
  }
  if (greeting.version === null) {
    const fault = {
      code: 'HIP_DB_CONNECT',
      message: `${greeting.address} answers, but not as a MySQL server`,
      remedy: 'Check database.host and database.port (3306 is usual)',
      transient: false,
    };
    return failed('tcp', fault, greeting.connectMs);
  }
  const version = greeting.version.replace(MARIADB_PREFIX, '');
  return ok('tcp', `${greeting.address} answers (${version})`, greeting.connectMs);
}

async function logIn(settings: MysqlSettings, create: boolean): Promise<Session> {
  try {
    return await openSession(settings);
  } catch (error) {
    if (!create || faultOf(error).code !== 'HIP_DB_SCHEMA') throw error;
  }
  const bare = await openSession({ ...settings, database: '' });
  try {
    await bare.execute(
      `CREATE DATABASE IF NOT EXISTS ${quote(settings.database)} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
    );
  } finally {
    await bare.close();
  }
  return openSession(settings);
}

function linkOfLogin({ server }: Session): ChainLink {
  const link = ok('login', `${server.account} on ${server.version}`, server.connectMs);
  const [major = 0, minor = 0] = server.version.split('.').map(Number.parseFloat);
  const isOld = server.isMariadb ? major < 10 || (major === 10 && minor < 6) : major < 8;
  if (!isOld) return link;
  const next = 'hip is made for MySQL 8.0 and MariaDB 10.6 or newer';
  return { ...link, state: 'warn', next };
}

const ROUNDS = 5;
/** Slower than halfway round the earth; each round trip then shows. */
const SLOW_MS = 500;

async function measureLatency(session: Session): Promise<ChainLink> {
  const times: number[] = [];
  for (let i = 0; i < ROUNDS; i += 1) {
    const startedAt = performance.now();
    await session.select('SELECT 1');
    times.push(performance.now() - startedAt);
  }
  const median = times.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? 0;
  const link = ok('latency', `${median.toFixed(1)} ms there and back`, median);
  if (median < SLOW_MS) return link;
  return { ...link, state: 'warn', next: 'Delivery works but is slow; check the line' };
}

/** Beyond this, somebody will compare punches with the server's times and wonder. */
const CLOCK_TOLERANCE_S = 60;

async function compareClocks(session: Session, nowMs: () => number): Promise<ChainLink> {
  const before = nowMs();
  const [row] = await session.select("SELECT DATE_FORMAT(UTC_TIMESTAMP(3), '%Y-%m-%dT%H:%i:%s.%fZ')");
  const after = nowMs();
  const server = Date.parse(String(row?.[0] ?? '').replace(/\d{3}Z$/, 'Z'));
  const aheadS = Math.round((server - (before + after) / 2) / 1000);
  const ms = after - before;
  if (Math.abs(aheadS) <= CLOCK_TOLERANCE_S)
    return ok('clock', `this PC and the server agree within ${Math.max(1, Math.abs(aheadS))} s`, ms);
  const found = `the server's clock is ${Math.abs(aheadS)} s ${aheadS > 0 ? 'ahead of' : 'behind'} this PC's`;
  const next =
    "Set the wrong one right; devices are set by this PC's clock, and punches carry the device's time";
  return { ...ok('clock', found, ms), state: 'warn', next };
}

function ok(name: LinkName, found: string, ms: number): ChainLink {
  return { name, state: 'ok', found, ms, next: null, code: null };
}
