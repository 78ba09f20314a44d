import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { InstallReport, ServicesReport } from '../../src/lib/shell/service/service-app.js';
import { withDatabase } from '../support/database.js';
import { freePort } from '../support/ports.js';
import { spawnHip } from '../support/program.js';
import { type Ran, STAGED_HIP, startWine, type Wine } from '../support/wine.js';
import { failureActionsReceived } from './failure-actions.js';

const DATA = 'C:\\data';
const CONFIG = `${DATA}\\config.json`;
const SERVE = 'HIPDeviceServer';
const SYNC = 'HIPSyncToCloud';
const SERVICES_KEY = 'HKLM\\SYSTEM\\CurrentControlSet\\Services';
const SOURCES_KEY = `${SERVICES_KEY}\\EventLog\\Application`;
/** A busy machine takes its time to start programs under Wine. */
const PATIENCE = { timeout: 240_000 };
const POLL = { timeout: 200_000, interval: 100 };
/** Not the one who runs the tests. */
const STRANGER_UID = 65_534;

/** A person at a console of its own: starts the program that it is told, and presses Ctrl-C once it says to. */
const PRESS_CTRL_C = `
  import { spawn } from 'node:child_process';
  import { openSync, readFileSync, writeFileSync } from 'node:fs';
  import koffi from 'koffi';
  const press = koffi.load('kernel32.dll').func('bool __stdcall GenerateConsoleCtrlEvent(uint32_t event, uint32_t group)');
  process.on('SIGINT', () => undefined);
  const [program, ...args] = process.argv.slice(2);
  const output = openSync('C:\\\\said.txt', 'w');
  const child = spawn(program, args, { stdio: ['ignore', output, output] });
  const look = setInterval(() => {
    if (!readFileSync('C:\\\\said.txt', 'utf8').includes('Stop with Ctrl-C')) return;
    clearInterval(look);
    press(0, 0);
  }, 50);
  child.on('exit', (code) => {
    writeFileSync('C:\\\\ended.txt', String(code));
    process.exit();
  });
`;

/** One story: each step begins with what the one before has left. */
describe('hip as Windows services', () => {
  const database = withDatabase();
  const folder = mkdtempSync(join(tmpdir(), 'hip-service-'));
  let wine: Wine;
  let port: number;

  beforeAll(async () => {
    wine = await startWine({ trace: 'trace+ole,fixme+service' });
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

  const service = (...args: string[]): Promise<Ran> =>
    wine.hip(['service', ...args, '--config', CONFIG, '--data-dir', DATA]);
  /** The same where nothing may go wrong. */
  const must = async (...args: string[]): Promise<Ran> => {
    const ran = await service(...args);
    if (ran.code !== 0) throw new Error(`hip service ${args.join(' ')}: ${JSON.stringify(ran)}`);
    return ran;
  };
  const sc = async (...args: string[]): Promise<string> => (await wine.run(['sc', ...args])).stdout;
  const report = async (): Promise<ServicesReport> => JSON.parse((await must('status', '--json')).stdout);
  const delivered = async (): Promise<number> => {
    if ((await database.sql("SHOW TABLES LIKE 'device_logs'")).length === 0) return 0;
    return Number((await database.sql('SELECT COUNT(*) AS `rows` FROM device_logs'))[0]?.rows);
  };
  const simulate = (...args: string[]) =>
    spawnHip(['simulate', '--target', `http://127.0.0.1:${port}`, ...args]);
  /** While another program has the port, which devices get nothing from. */
  const robbed = async <T>(work: () => Promise<T>): Promise<T> => {
    const thief = createServer((socket) => socket.destroy()).listen(port, '127.0.0.1');
    await once(thief, 'listening');
    try {
      return await work();
    } finally {
      await close(thief);
    }
  };

  it('that can not start says why, also to the Event Log, and is taken back', PATIENCE, async () => {
    const failed = await robbed(() => service('install', 'serve', '--json'));
    expect(failed.code).toBe(3);
    expect(JSON.parse(failed.stdout).error).toMatchObject({
      code: 'HIP_SERVICE_FAILED',
      message: expect.stringContaining(String(port)),
    });
    expect(wine.complaints()).toMatch(new RegExp(`${SERVE} could not start.*${port}`));
    expect((await wine.run(['sc', 'query', SERVE])).code).not.toBe(0);
  });

  it('installs both, which run and deliver, and takes the folder from a stranger', PATIENCE, async () => {
    chmodSync(wine.path(CONFIG), 0o666);
    if (process.getuid?.() === 0) chownSync(wine.path(CONFIG), STRANGER_UID, STRANGER_UID);
    const installed = await service('install');
    expect(installed.stderr).toBe('');
    expect(installed.code).toBe(0);
    expect(installed.stdout).toMatch(new RegExp(`Server port +${port}`));
    expect(installed.stdout).toContain(`Q:\\old.mdb is not there for the service ${SYNC}.`);
    if (process.getuid?.() === 0) expect(installed.stdout).toContain(`${CONFIG} was made by NT AUTHORITY\\`);
    expect(statSync(wine.path(CONFIG)).mode & 0o002).toBe(0);
    for (const name of [SERVE, SYNC]) expect(await sc('query', name)).toMatch(/STATE +: 4 +RUNNING/);

    const load = simulate('--devices', '4', '--count', '200', '--start', '2026-01-05 08:00:00');
    expect(await load.ended).toBe(0);
    await expect.poll(delivered, POLL).toBe(200);
  });

  it('asks to be started again after 5 s, 30 s and 2 min, and says where nobody tells whether', () => {
    const SC_ACTION_RESTART = 1;
    const actions = [5_000, 30_000, 120_000].map((delayMs) => ({ type: SC_ACTION_RESTART, delayMs }));
    const asked = { resetAfterSeconds: 86_400, actions };
    const received = failureActionsReceived(wine.complaints());
    expect(received.length).toBeGreaterThanOrEqual(2);
    for (const one of received) expect(one).toEqual(asked);
  });

  it('once more changes nothing', PATIENCE, async () => {
    const before = await report();
    const running = { installed: 'yes', state: 'running', startType: 'automatic', failure: null };
    expect(before.services).toMatchObject([
      { ...running, name: SERVE, account: `NT SERVICE\\${SERVE}`, restarts: 'untold' },
      { ...running, name: SYNC, account: `NT SERVICE\\${SYNC}`, restarts: 'untold' },
    ]);
    expect(before.address?.changed).toBe(false);
    const again: InstallReport = JSON.parse((await must('install', '--json')).stdout);
    const withoutPid = ({ services }: Pick<ServicesReport, 'services'>) =>
      services.map(({ pid, ...rest }) => rest);
    expect(withoutPid(again)).toEqual(withoutPid(before));
  });

  it('stops under load within 5 s, says why it can not start, and loses and doubles nothing', {
    timeout: PATIENCE.timeout,
  }, async () => {
    const before = await delivered();
    const ledger = join(folder, 'ledger.ndjson');
    const load = simulate(
      ...['--devices', '8', '--rate', '150', '--batch', '8', '--count', '3000'],
      ...['--start', '2026-02-02 08:00:00', '--give-up', '300', '--ledger', ledger],
    );
    await expect.poll(() => countLines(ledger), POLL).toBeGreaterThan(100);
    await must('stop', 'serve');
    const acknowledged = countLines(ledger);
    expect(acknowledged).toBeLessThan(3000);
    expect(stopSeconds()).toBeLessThan(5);
    expect((await report()).services).toMatchObject([
      { state: 'stopped', failure: null },
      { state: 'running' },
    ]);

    expect((await robbed(() => service('start', 'serve'))).code).toBe(3);
    expect(await sc('query', SERVE)).toMatch(/WIN32_EXIT_CODE +: 1066.*\s+SERVICE_EXIT_CODE +: 2 /);
    expect((await report()).services[0]?.failure).toContain(String(port));

    await must('start', 'serve');
    expect(await load.ended).toBe(0);
    await expect.poll(delivered, POLL).toBe(before + 3000);
  });

  it('uninstall leaves only data', PATIENCE, async () => {
    const removed = await service('uninstall');
    expect(removed).toMatchObject({ code: 0, stdout: expect.stringContaining(`Data stays in ${DATA}`) });
    for (const name of [SERVE, SYNC]) {
      for (const key of [SERVICES_KEY, SOURCES_KEY]) {
        expect((await wine.run(['reg', 'query', `${key}\\${name}`])).code).toBe(1);
      }
    }
    expect(readdirSync(wine.path(DATA))).toEqual(expect.arrayContaining(['config.json', 'hip.db', 'logs']));
    expect(await delivered()).toBe(3200);
  });

  it("never overwrites another program's service, replaces it when told to, and brings it back", {
    timeout: PATIENCE.timeout,
  }, async () => {
    const old = 'C:\\old\\pythonservice.exe';
    await sc('create', SERVE, 'binPath=', old);
    await sc('description', SERVE, 'The old one');
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

    const replaced: InstallReport = JSON.parse(
      (await must('install', 'serve', '--replace', '--json')).stdout,
    );
    expect(replaced.services).toMatchObject([{ installed: 'yes', state: 'running' }]);
    expect((await must('uninstall')).stdout).toContain(`sc config ${SERVE} start= auto`);
    expect((await report()).services[0]).toMatchObject({
      installed: 'foreign',
      command: old,
      startType: 'disabled',
      account: 'LocalSystem',
    });
    const key = await wine.run(['reg', 'query', `${SERVICES_KEY}\\${SERVE}`, '/v', 'Description']);
    expect(key.stdout).toContain('The old one');
  });

  it('given by hand says that --service is for the service manager', PATIENCE, async () => {
    const byHand = await wine.hip(['serve', '--service', SERVE, '--config', CONFIG, '--data-dir', DATA]);
    expect(byHand.code).toBe(2);
    expect(byHand.stderr).toMatch(/--service is for the Windows service manager/);
  });

  it('ends in order at Ctrl-C in a console', PATIENCE, async () => {
    writeFileSync(wine.path('C:\\hip\\press.mjs'), PRESS_CTRL_C);
    const command = [...STAGED_HIP, 'serve', '--config', CONFIG, '--data-dir', DATA];
    const presses = [STAGED_HIP[0], 'C:\\hip\\press.mjs', ...command].join(' ');
    // Node under Wine wants a console with a title; who gives it one, cmd, ends at Ctrl-C itself.
    await wine.run(['start', '/wait', 'cmd', '/c', `title hip& ${presses}`]);
    const outcome = () => readFileSync(wine.path('C:\\ended.txt'), 'utf8');
    await expect.poll(() => existsSync(wine.path('C:\\ended.txt')) && outcome(), POLL).toBe('0');
    expect(readFileSync(wine.path('C:\\said.txt'), 'utf8')).toMatch(/Stop with Ctrl-C[\s\S]*Stopped\./);
  });

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
