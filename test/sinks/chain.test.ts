import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { silentLog } from '../../src/lib/log.js';
import { type ChainLink, checkChain } from '../../src/lib/sinks/chain.js';
import { createMysqlSink, type MysqlSettings } from '../../src/lib/sinks/mysql.js';
import { createAuthority } from '../support/certificates.js';
import { withDatabase } from '../support/database.js';
import { type Mariadb, startMariadb } from '../support/mariadb.js';
import { settingsFor } from './mysql-rig.js';

async function walk(settings: MysqlSettings, create = false, nowMs = Date.now): Promise<ChainLink[]> {
  const links: ChainLink[] = [];
  for await (const link of checkChain(settings, { create, nowMs })) links.push(link);
  return links;
}

/** `dns ok`, one line a link. */
function states(links: readonly ChainLink[]): string[] {
  return links.map(({ name, state }) => `${name} ${state}`);
}

function find(links: readonly ChainLink[], name: ChainLink['name']): ChainLink | undefined {
  return links.find((link) => link.name === name);
}

const ALL_OK = [
  'configuration ok',
  'dns ok',
  'tcp ok',
  'tls ok',
  'login ok',
  'rights ok',
  'table ok',
  'key ok',
  'latency ok',
  'clock ok',
];
/** The links up to `name` as they come, the rest not tried. */
function failingAt(name: string): string[] {
  const at = ALL_OK.indexOf(`${name} ok`);
  return ALL_OK.map((line, i) =>
    i < at ? line : i === at ? `${name} fail` : line.replace(' ok', ' skipped'),
  );
}

describe('with a server', () => {
  const database = withDatabase();
  const settings = settingsFor(database);

  beforeEach(async () => {
    await database.sql('DROP TABLE IF EXISTS device_logs');
  });

  test('all is well once the table is made', async () => {
    const before = await walk(settings);
    expect(find(before, 'table')).toMatchObject({
      state: 'fail',
      code: 'HIP_DB_TABLE_MISSING',
      next: expect.stringContaining('hip test-db --create'),
    });
    expect(find(before, 'key')).toMatchObject({ state: 'skipped' });
    const made = await walk(settings, true);
    expect(states(made)).toEqual(ALL_OK);
    expect(find(made, 'table')?.found).toContain('Created the table');
    const after = await walk(settings);
    expect(states(after)).toEqual(ALL_OK);
    for (const link of after.filter(({ name }) => name !== 'key' && name !== 'tls'))
      expect(link.ms).toBeGreaterThanOrEqual(0);
  });

  test('--create makes the schema too', async () => {
    const fresh = `${database.database}_new`;
    const there = { ...settings, database: fresh };
    expect(states(await walk(there))).toEqual(failingAt('login'));
    expect(find(await walk(there), 'login')).toMatchObject({ code: 'HIP_DB_SCHEMA' });
    expect(states(await walk(there, true))).toEqual(ALL_OK);
    await database.sql(`DROP DATABASE \`${fresh}\``);
  });

  test('what is wrong with the columns and with the keys stands in a row each', async () => {
    await database.sql('CREATE TABLE device_logs (device_sn INT, user_id INT, check_time TIMESTAMP)');
    const links = await walk(settings);
    expect(find(links, 'table')).toMatchObject({
      state: 'fail',
      code: 'HIP_DB_TABLE_UNSAFE',
      found: expect.stringContaining('turns 0090 into 90'),
      next: 'hip test-db --fix',
    });
    expect(find(links, 'key')).toMatchObject({ state: 'fail', next: 'hip test-db --fix' });
    expect(find(links, 'clock')).toMatchObject({ state: 'ok' });
  });

  test('a wrong password', async () => {
    const links = await walk({ ...settings, password: 'wrong' });
    expect(states(links)).toEqual(failingAt('login'));
    expect(find(links, 'login')).toMatchObject({ code: 'HIP_DB_LOGIN' });
    expect(JSON.stringify(links)).not.toContain('wrong');
  });

  test('a clock that differs', async () => {
    const links = await walk(settings, true, () => Date.now() + 600_000);
    expect(find(links, 'clock')).toMatchObject({
      state: 'warn',
      found: expect.stringMatching(/^the server's clock is (599|600) s behind this PC's$/),
    });
  });

  test('TLS switched off for a server elsewhere is a warning', async () => {
    const links = await walk({ ...settings, ssl: 'off' }, true);
    expect(find(links, 'tls')).toMatchObject({ state: 'warn' });
  });
});

describe('without one', () => {
  const nobody = settingsFor({ host: '127.0.0.1', port: 1, user: 'hip', password: '', database: 'hip' });

  test('nothing listens', async () => {
    const links = await walk(nobody);
    expect(states(links)).toEqual(failingAt('tcp'));
    expect(find(links, 'tcp')).toMatchObject({ code: 'HIP_DB_CONNECT' });
  });

  test('the name does not exist', async () => {
    const links = await walk({ ...nobody, host: 'nowhere.invalid' });
    expect(states(links)).toEqual(failingAt('dns'));
    expect(find(links, 'dns')).toMatchObject({ code: 'HIP_DB_DNS' });
  });

  test('the configuration can not be', async () => {
    const links = await walk({ ...nobody, columns: { time: null } });
    expect(states(links)).toEqual(failingAt('configuration'));
  });

  test.each([
    ['SSH-2.0-OpenSSH_9.2\r\n', /not as a MySQL server/],
    ['', /hung up/],
  ])('what answers is no database: %j', async (greeting, found) => {
    const other = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.end(greeting);
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const address = other.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const links = await walk({ ...nobody, port });
    other.close();
    expect(states(links)).toEqual(failingAt('tcp'));
    expect(find(links, 'tcp')?.found).toMatch(found);
  });
});

describe('TLS', () => {
  const authority = createAuthority();
  const stranger = createAuthority('somebody else');
  const folder = mkdtempSync(join(tmpdir(), 'hip-tls-'));
  let server: Mariadb;

  beforeAll(async () => {
    server = await startMariadb();
  });
  afterAll(async () => {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function serve(certificate: { certPem: string; keyPem: string }): Promise<void> {
    writeFileSync(join(folder, 'cert.pem'), certificate.certPem);
    writeFileSync(join(folder, 'key.pem'), certificate.keyPem);
    await server.stop();
    await server.start([`--ssl-cert=${join(folder, 'cert.pem')}`, `--ssl-key=${join(folder, 'key.pem')}`]);
  }

  function settings(changes: Partial<MysqlSettings>): MysqlSettings {
    const place = { host: '127.0.0.1', port: server.port, user: 'root', password: '', database: 'hip' };
    return settingsFor(place, { ssl: 'required', ...changes });
  }

  /** What both roads say: the check by hand and the sink through mysql2. */
  async function judge(changes: Partial<MysqlSettings>): Promise<{ tls: ChainLink; sink: string }> {
    const links = await walk(settings(changes), true);
    const sink = createMysqlSink(settings(changes), silentLog);
    const { faults } = await sink.probe();
    await sink.close();
    return { tls: find(links, 'tls')!, sink: faults[0]?.code ?? 'ok' };
  }

  test('a certificate of a CA that was given, for this address', async () => {
    await serve(authority.issue({ names: ['localhost'], addresses: ['127.0.0.1'] }));
    for (const host of ['127.0.0.1', 'localhost']) {
      const { tls, sink } = await judge({ host, ca: authority.certPem });
      expect(sink).toBe('ok');
      expect(tls).toMatchObject({
        state: 'ok',
        found: expect.stringMatching(/^TLSv1\.[23], localhost by hip test CA/),
      });
      expect(tls.ms).toBeGreaterThan(0);
    }
  });

  test.each([
    ['no CA given', {}, { state: 'fail', code: 'HIP_DB_TLS', next: expect.stringContaining('database.ca') }],
    ['another CA', { ca: stranger.certPem }, { state: 'fail', code: 'HIP_DB_TLS' }],
    ['not verified', { ssl: 'no-verify' }, { state: 'warn', found: expect.stringContaining('not verified') }],
    ['on this PC', { ssl: 'auto' }, { state: 'ok', found: expect.stringContaining('on this PC') }],
  ] as const)('%s', async (_, changes, expected) => {
    await serve(authority.issue({ addresses: ['127.0.0.1'] }));
    const { tls, sink } = await judge(changes);
    expect(tls).toMatchObject(expected);
    expect(sink).toBe(expected.state === 'fail' ? 'HIP_DB_TLS' : 'ok');
  });

  test.each([
    ['another address', { addresses: ['127.0.0.2'] }, '127.0.0.1', /name that stands in the certificate/],
    ['localhost, asked by address', { names: ['localhost'] }, '127.0.0.1', /name that stands in/],
    ['another name', { names: ['db.example'] }, 'localhost', /name that stands in the certificate/],
    ['expired', { names: ['localhost'], validTo: new Date(Date.UTC(2021, 0, 1)) }, 'localhost', /Renew/],
  ])('a certificate for %s is refused', async (_, request, host, next) => {
    await serve(authority.issue(request));
    const { tls, sink } = await judge({ host, ca: authority.certPem });
    expect(tls).toMatchObject({ state: 'fail', code: 'HIP_DB_TLS', next: expect.stringMatching(next) });
    expect(sink).toBe('HIP_DB_TLS');
  });

  test('a server without TLS', async () => {
    await server.stop();
    await server.start(['--skip-ssl']);
    const { tls, sink } = await judge({});
    expect(tls).toMatchObject({ state: 'fail', found: 'The server offers no encryption' });
    expect(sink).toBe('HIP_DB_TLS');
  });
});
