import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ServicesReport } from '../../src/lib/shell/service/service-app.js';
import { withDatabase } from '../support/database.js';
import { freePort } from '../support/ports.js';
import { spawnHip } from '../support/program.js';
import { type Ran, startWine, type Wine } from '../support/wine.js';

const DATA = 'C:\\data';
const CONFIG = `${DATA}\\config.json`;
const SERVE = 'HIPDeviceServer';
const SYNC = 'HIPSyncToCloud';
const SERVICES_KEY = 'HKLM\\SYSTEM\\CurrentControlSet\\Services';
const SOURCES_KEY = `${SERVICES_KEY}\\EventLog\\Application`;
/** A busy machine takes its time to start programs under Wine. */
const PATIENCE = { timeout: 240_000 };
const POLL = { timeout: 60_000, interval: 100 };

describe('hip as Windows services', () => {
  const database = withDatabase();
  const folder = mkdtempSync(join(tmpdir(), 'hip-service-'));
  let wine: Wine;
  let port: number;

  beforeAll(async () => {
    wine = await startWine();
    await wine.stage();
    port = await freePort();
    const statusPort = await freePort();
    mkdirSync(wine.path(DATA));
    mkdirSync(wine.path('C:\\alog'));
    const settings = {
      serve: { port, host: '127.0.0.1', statusPort },
      sync: { logDir: 'C:\\alog', accessDb: ['Q:\\old.mdb'], uploadTimes: ['03:00'] },
      database: { url: database.url },
    };
    writeFileSync(wine.path(CONFIG), JSON.stringify(settings));
  }, 300_000);
  afterAll(async () => {
    await wine?.close();
    rmSync(folder, { recursive: true });
  });
  afterEach(() => must('uninstall'), 120_000);

  const service = (...args: string[]): Promise<Ran> =>
    wine.hip(['service', ...args, '--config', CONFIG, '--data-dir', DATA]);
  /** The same where nothing may go wrong. */
  const must = async (...args: string[]): Promise<Ran> => {
    const ran = await service(...args);
    if (ran.code !== 0) throw new Error(`hip service ${args.join(' ')}: ${JSON.stringify(ran)}`);
    return ran;
  };
  const sc = async (...args: string[]): Promise<string> => (await wine.run(['sc', ...args])).stdout;
  const report = async (): Promise<ServicesReport> => JSON.parse((await service('status', '--json')).stdout);
  const delivered = async (): Promise<number> => {
    if ((await database.sql("SHOW TABLES LIKE 'device_logs'")).length === 0) return 0;
    return Number((await database.sql('SELECT COUNT(*) AS `rows` FROM device_logs'))[0]?.rows);
  };
  const simulate = (...args: string[]) =>
    spawnHip(['simulate', '--target', `http://127.0.0.1:${port}`, ...args]);

  it(
    'installs both, which run and deliver; once more changes nothing; uninstall leaves only data',
    PATIENCE,
    async () => {
      const installed = await service('install');
      expect(installed.stderr).toBe('');
      expect(installed.code).toBe(0);
      expect(installed.stdout).toMatch(new RegExp(`Server port +${port}`));
      expect(installed.stdout).toContain(`Q:\\old.mdb is not there for the service ${SYNC}.`);
      for (const name of [SERVE, SYNC]) expect(await sc('query', name)).toMatch(/STATE +: 4 +RUNNING/);

      const load = simulate('--devices', '4', '--count', '200', '--start', '2026-01-05 08:00:00');
      expect(await load.ended).toBe(0);
      await expect.poll(delivered, POLL).toBe(200);

      const before = await report();
      expect(before.services).toMatchObject([
        {
          name: SERVE,
          state: 'running',
          startType: 'automatic',
          account: `NT SERVICE\\${SERVE}`,
          failure: null,
        },
        {
          name: SYNC,
          state: 'running',
          startType: 'automatic',
          account: `NT SERVICE\\${SYNC}`,
          failure: null,
        },
      ]);
      expect(before.address?.changed).toBe(false);
      await must('install');
      const pids = ({ services }: ServicesReport) => services.map(({ pid, ...rest }) => rest);
      expect(pids(await report())).toEqual(pids(before));

      const removed = await service('uninstall');
      expect(removed).toMatchObject({ code: 0, stdout: expect.stringContaining(`Data stays in ${DATA}`) });
      for (const name of [SERVE, SYNC]) {
        for (const key of [SERVICES_KEY, SOURCES_KEY]) {
          expect((await wine.run(['reg', 'query', `${key}\\${name}`])).code).toBe(1);
        }
      }
      expect(readdirSync(wine.path(DATA))).toEqual(expect.arrayContaining(['config.json', 'hip.db', 'logs']));
      expect(await delivered()).toBe(200);
    },
  );

  it(
    'stops under load within 5 s, and no acknowledged punch is missing or double afterwards',
    PATIENCE,
    async () => {
      const before = await delivered();
      const ledger = join(folder, 'ledger.ndjson');
      await must('install', 'serve');
      const load = simulate(
        ...[
          '--devices',
          '8',
          '--rate',
          '150',
          '--batch',
          '8',
          '--count',
          '3000',
          '--start',
          '2026-02-02 08:00:00',
        ],
        ...['--give-up', '200', '--ledger', ledger],
      );
      await expect.poll(() => countLines(ledger), POLL).toBeGreaterThan(100);
      await must('stop');
      const acknowledged = countLines(ledger);
      expect(acknowledged).toBeLessThan(3000);
      expect(stopSeconds()).toBeLessThan(5);
      expect((await report()).services[0]).toMatchObject({ state: 'stopped', failure: null });

      await must('start');
      expect(await load.ended).toBe(0);
      await expect.poll(delivered, POLL).toBe(before + 3000);
    },
  );

  it(
    "never overwrites another program's service, replaces it when told to, and brings it back",
    PATIENCE,
    async () => {
      const old = 'C:\\old\\pythonservice.exe';
      await sc('create', SERVE, 'binPath=', old);
      await sc('description', SERVE, 'The old one');
      try {
        const refused = await service('install', '--json');
        expect(refused.code).toBe(2);
        expect(JSON.parse(refused.stdout).error).toMatchObject({
          code: 'HIP_SERVICE_FOREIGN',
          message: expect.stringContaining(old),
        });
        expect((await report()).services).toMatchObject([
          { installed: 'foreign', command: old },
          { installed: 'no' },
        ]);
        expect((await service('uninstall', 'serve')).code).toBe(2);

        await must('install', '--replace');
        expect((await report()).services[0]).toMatchObject({ installed: 'yes', state: 'running' });
        expect((await must('uninstall')).stdout).toContain(`sc config ${SERVE} start= auto`);
        expect((await report()).services[0]).toMatchObject({
          installed: 'foreign',
          command: old,
          startType: 'disabled',
          account: 'LocalSystem',
        });
        const key = await wine.run(['reg', 'query', `${SERVICES_KEY}\\${SERVE}`, '/v', 'Description']);
        expect(key.stdout).toContain('The old one');
      } finally {
        await sc('delete', SERVE);
      }
    },
  );

  it(
    'that can not start says why to people, service manager and Event Log, and is taken back',
    PATIENCE,
    async () => {
      const thief = createServer().listen(port, '127.0.0.1');
      await once(thief, 'listening');
      try {
        const failed = await service('install', 'serve', '--json');
        expect(failed.code).toBe(3);
        expect(JSON.parse(failed.stdout).error).toMatchObject({
          code: 'HIP_SERVICE_FAILED',
          message: expect.stringContaining(String(port)),
        });
        expect((await report()).services[0]?.installed).toBe('no');
        expect(wine.eventLogErrors()).toMatch(new RegExp(`${SERVE} could not start.*${port}`));
      } finally {
        await close(thief);
      }
      await must('install', 'serve');
      await must('stop');
      const again = createServer().listen(port, '127.0.0.1');
      await once(again, 'listening');
      expect((await service('start')).code).toBe(3);
      expect(await sc('query', SERVE)).toMatch(/WIN32_EXIT_CODE +: 1066.*\s+SERVICE_EXIT_CODE +: 2 /);
      expect((await report()).services[0]?.failure).toContain(String(port));
      await close(again);
    },
  );

  /** By the service's own log: what the command takes to start is not the service's time. */
  function stopSeconds(): number {
    const lines = readdirSync(wine.path(`${DATA}\\logs`))
      .filter((name) => name.startsWith('hip'))
      .flatMap((name) =>
        readFileSync(join(wine.path(`${DATA}\\logs`), name), 'utf8')
          .trim()
          .split('\n'),
      )
      .map((line) => JSON.parse(line) as { msg: string; time: string });
    const last = (msg: string): number => Date.parse(lines.findLast((line) => line.msg === msg)?.time ?? '');
    return (last('Stopped.') - last('Stopping.')) / 1000;
  }
});

function countLines(file: string): number {
  return statSync(file, { throwIfNoEntry: false }) ? readFileSync(file, 'utf8').split('\n').length - 1 : 0;
}

async function close(server: Server): Promise<void> {
  server.close();
  await once(server, 'close');
}
