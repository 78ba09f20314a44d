import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { withDatabase } from '../support/database.js';
import { freePort } from '../support/ports.js';
import { runHip } from '../support/program.js';
import { startWine, type Wine } from '../support/wine.js';
import { requireWine } from '../support/wine-install.js';
import { MAKING_MS, requirePackages, VERSION } from './packaged.js';

/** The executable and the set-up program for Windows, under Wine. */

const PROGRAM = 'C:\\Program Files\\hip\\hip.exe';
const PASSWORD = 'pass "word" ($x) %y% ไทย';
/** As a terminal exports it. */
const PUNCH = '      7\t2026-03-02 08:00:01\t1\t0\t1\t0\r\n';
const database = withDatabase();
let packages: string;
let wine: Wine;

beforeAll(async () => {
  // First of all: the executable is made with it, too.
  await requireWine();
  packages = await requirePackages('windows');
  wine = await startWine();
  copyFileSync(join(packages, `hip-${VERSION}-win-x64.exe`), wine.path('C:\\hip.exe'));
  copyFileSync(join(packages, `hip-setup-${VERSION}.exe`), wine.path('C:\\setup.exe'));
}, MAKING_MS);
afterAll(() => wine?.close());

async function simulate(port: number, count: number): Promise<void> {
  const target = `http://127.0.0.1:${port}`;
  const args = ['simulate', '--devices', '2', '--count', String(count), '--rate', '200', '--target', target];
  expect(await runHip(args)).toMatchObject({
    code: 0,
    stdout: expect.stringContaining(`${count} acknowledged`),
  });
}

async function answers(port: number): Promise<void> {
  const target = `http://127.0.0.1:${port}/iclock/ping?SN=PROBE1`;
  await vi.waitFor(() => fetch(target), { timeout: 30_000, interval: 200 });
}

async function servicesOf(state: string): Promise<boolean> {
  const { stdout } = await wine.run(['sc', 'query', 'HIPDeviceServer']);
  return stdout.includes(state);
}

it('is installed without a word, started, upgraded, and taken out again', async () => {
  const port = await freePort();
  const { user, host, database: schema } = database;
  await database.sql(`CREATE OR REPLACE USER 'hip_setup'@'%' IDENTIFIED BY ?`, [PASSWORD]);
  await database.sql(`GRANT ALL ON \`${schema}\`.* TO 'hip_setup'@'%'`);
  expect(user).not.toBe('hip_setup');
  const logDir = 'C:\\alog';
  mkdirSync(wine.path(logDir));
  writeFileSync(join(wine.path(logDir), '1_attlog.dat'), PUNCH);
  const names = { host, port: database.port, user: 'hip_setup', database: schema };
  const answered = { ...names, password: PASSWORD, logDir, replace: 1 };
  const lines = Object.entries(answered).map(([key, value]) => `${key}=${value}`);
  // Windows reads a file of settings as UTF-16 where it says so.
  writeFileSync(wine.path('C:\\answers.ini'), `\ufeff[hip]\r\n${lines.join('\r\n')}\r\n`, 'utf16le');
  const env = { HIP_SERVE_PORT: String(port), HIP_SERVE_STATUS_PORT: String(await freePort()) };

  const said = () => readFileSync(wine.path('C:\\Program Files\\hip\\setup.log'), 'utf8');

  // A service of the previous program stays as it is, unless replacing it was asked for.
  const previous = 'C:\\windows\\notepad.exe';
  await wine.run(['sc', 'create', 'HIPDeviceServer', 'binPath=', previous]);
  const refused = await wine.run(['C:\\setup.exe', '/S'], { env });
  expect([refused.code, said()]).toEqual([2, expect.stringContaining('HIP_SERVICE_FOREIGN')]);
  rmSync(wine.path('C:\\ProgramData\\hip'), { recursive: true });

  const installed = await wine.run(['C:\\setup.exe', '/S', '/ANSWERS=C:\\answers.ini'], { env });
  expect([installed.code, said()]).toEqual([0, expect.stringContaining(String(port))]);
  expect(filesWith(PASSWORD)).toEqual([]);
  expect(await wine.run([PROGRAM, '--version'])).toMatchObject({ code: 0 });
  expect(await servicesOf('RUNNING')).toBe(true);
  await answers(port);
  await simulate(port, 20);
  await delivered(20 + 1);
  // Its native addons lie beside it.
  expect(unpacked()).toEqual([]);
  const autostart = await wine.run([
    'reg',
    'query',
    'HKLM\\Software\\Microsoft\\Windows\\CurrentVersion\\Run',
  ]);
  expect(autostart.stdout).toContain('hip-tray.exe');

  const config = readFileSync(wine.path('C:\\ProgramData\\hip\\config.json'), 'utf8');
  expect(await wine.run(['C:\\setup.exe', '/S'])).toMatchObject({ code: 0 });
  expect(readFileSync(wine.path('C:\\ProgramData\\hip\\config.json'), 'utf8')).toBe(config);
  expect(await servicesOf('RUNNING')).toBe(true);
  await answers(port);
  await simulate(port, 20);
  await delivered(40 + 1);

  // An upgrade that can't write one of its files leaves the old program at work.
  const licences = wine.path('C:\\Program Files\\hip\\licences.txt');
  rmSync(licences);
  mkdirSync(licences);
  appendFileSync(wine.path(PROGRAM), 'old');
  expect((await wine.run(['C:\\setup.exe', '/S'])).code).not.toBe(0);
  expect(readFileSync(wine.path(PROGRAM)).subarray(-3).toString()).toBe('old');
  expect(await servicesOf('RUNNING')).toBe(true);
  await answers(port);
  expect(readdirSync(dirname(licences)).filter((name) => /old|tmp/.test(name))).toEqual([]);
  rmdirSync(licences);

  // Goes on in a copy of itself.
  await wine.run(['C:\\Program Files\\hip\\uninstall.exe', '/S']);
  const left = () => existsSync(wine.path('C:\\Program Files\\hip'));
  await vi.waitFor(() => expect(left()).toBe(false), { timeout: 120_000, interval: 500 });
  expect((await wine.run(['sc', 'query', 'HIPSyncToCloud'])).code).not.toBe(0);
  const service = 'HKLM\\System\\CurrentControlSet\\Services\\HIPDeviceServer';
  expect((await wine.run(['reg', 'query', service])).stdout).toContain(previous);
  expect((await wine.run(['reg', 'query', 'HKLM\\Software\\hip'])).code).not.toBe(0);
  const data = readdirSync(wine.path('C:\\ProgramData\\hip'));
  expect(data).toEqual(expect.arrayContaining(['hip.db', 'config.json', 'credentials.json']));
}, 360_000);

it('is one file that runs by itself', async () => {
  const version = await wine.run(['C:\\hip.exe', '--version']);
  expect(version).toMatchObject({ code: 0, stdout: expect.stringMatching(/^hip\/\S+ win32-x64 node-v22/) });
  const port = await freePort();
  const config = wine.path('C:\\alone\\config.json');
  const logDir = 'C:\\alone\\alog';
  mkdirSync(wine.path(logDir), { recursive: true });
  writeFileSync(join(wine.path(logDir), '1_attlog.dat'), PUNCH);
  writeFileSync(config, JSON.stringify({ serve: { port, statusPort: await freePort() }, sync: { logDir } }));
  const common = ['--config', 'C:\\alone\\config.json', '--data-dir', 'C:\\alone'];
  const serve = wine.spawn(['C:\\hip.exe', 'serve', '--host', '0.0.0.0', ...common]);
  await answers(port);
  await simulate(port, 20);
  expect(unpacked()).toContain('sqlite.node');

  // As Task Scheduler starts it: in a console that nobody sees, in Windows' own folder.
  const scheduled = ['start', '/wait', '/d', 'C:\\windows\\system32', 'C:\\hip.exe', 'sync', '--once'];
  expect(await wine.run([...scheduled, ...common])).toMatchObject({ code: 0 });
  expect(await wine.run([...scheduled, '--config', 'C:\\none.json'])).toMatchObject({ code: 2 });
  const punches = await wine.run(['C:\\hip.exe', 'punches', '--json', ...common]);
  expect(JSON.parse(punches.stdout)).toHaveLength(20 + 1);

  expect(serve.output().stderr).not.toMatch(/cached|warning/i);
  process.kill(serve.child.pid ?? 0, 'SIGKILL');
}, 90_000);

function delivered(count: number): Promise<void> {
  return vi.waitFor(
    async () => expect(await database.sql('SELECT COUNT(*) AS n FROM device_logs')).toEqual([{ n: count }]),
    { timeout: 30_000, interval: 200 },
  );
}

/** Files below the folders of program and data that hold the text in plain, in either encoding of Windows. */
function filesWith(text: string): string[] {
  return ['C:\\Program Files\\hip', 'C:\\ProgramData\\hip'].flatMap((folder) =>
    namesBelow(wine.path(folder)).filter((name) => {
      const content = readFileSync(join(wine.path(folder), name));
      return content.includes(text) || content.includes(Buffer.from(text, 'utf16le'));
    }),
  );
}

/** Addons that were unpacked into the profiles of users. */
function unpacked(): string[] {
  return namesBelow(wine.path('C:\\users'))
    .filter((name) => name.endsWith('.node'))
    .map((name) => basename(name));
}

/** Without what lies behind links: Wine links a user's folders to those of this machine. */
function namesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
}
