import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { withDatabase } from '../support/database.js';
import { freePort } from '../support/ports.js';
import { MAKING_MS, requirePackages, VERSION } from './packaged.js';

/** The executable for Linux on a machine without Node: no PATH, nothing in the environment but a home. */

const database = withDatabase();
const started: ChildProcess[] = [];
let program: string;
let folder: string;

beforeAll(async () => {
  program = join(await requirePackages('linux'), `hip-${VERSION}-linux-x64`);
}, MAKING_MS);
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hip-package-'));
});
afterEach(async () => {
  for (const child of started.splice(0)) await end(child);
  rmSync(folder, { recursive: true });
});

interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function start(args: readonly string[], env: NodeJS.ProcessEnv = { HOME: folder }) {
  const child = spawn(program, args, { env, cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  started.push(child);
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const ended = once(child, 'close').then(([code]): Ran => ({ code: code as number | null, stdout, stderr }));
  return { child, ended };
}

function hip(args: readonly string[], env?: NodeJS.ProcessEnv): Promise<Ran> {
  return start(args, env).ended;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}

function addonFiles(home = folder): string[] {
  const place = join(home, '.cache/hip/addons');
  return readdirSync(place, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

function sha256(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

it('says its version and its commands', async () => {
  expect(await hip(['--version'])).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^hip\/\S+ linux-x64 node-v22/),
  });
  const help = await hip(['--help']);
  expect(help).toMatchObject({ code: 0, stderr: '' });
  expect(help.stdout).toMatch(/^ {2}serve /m);
});

it('carries punches of devices and of files to MySQL', async () => {
  const [port, statusPort] = [await freePort(), await freePort()];
  const config = join(folder, 'config.json');
  const { url } = database;
  const settings = { serve: { port, host: '127.0.0.1', statusPort }, database: { url } };
  writeFileSync(config, JSON.stringify(settings));
  const common = ['--config', config, '--data-dir', folder];
  const logs = join(folder, 'logs-of-the-device');
  mkdirSync(logs);
  writeFileSync(join(logs, '1_attlog.dat'), '      7\t2026-03-02 08:00:01\t1\t0\t1\t0\r\n');

  const test = await hip(['test-db', '--create', ...common]);
  expect(test).toMatchObject({ code: 0 });
  start(['serve', ...common]);
  const target = `http://127.0.0.1:${port}`;
  await vi.waitFor(() => fetch(`${target}/iclock/ping?SN=PROBE1`), { timeout: 20_000 });
  const simulated = await hip([
    'simulate',
    '--devices',
    '2',
    '--count',
    '40',
    '--rate',
    '400',
    '--target',
    target,
  ]);
  expect(simulated).toMatchObject({ code: 0, stdout: expect.stringContaining('40 acknowledged') });
  const synced = await hip(['sync', '--once', '--log-dir', logs, '--json', ...common]);
  expect(synced).toMatchObject({ code: 0 });
  await vi.waitFor(
    async () => expect(await database.sql('SELECT COUNT(*) AS n FROM device_logs')).toEqual([{ n: 41 }]),
    { timeout: 20_000 },
  );
});

it('unpacks its addon once, however many start first', async () => {
  const runs = await Promise.all([1, 2, 3, 4].map(() => hip(['punches', '--json', '--data-dir', folder])));
  for (const ran of runs) expect(ran).toMatchObject({ code: 0, stdout: '[]\n', stderr: '' });
  expect(addonFiles()).toHaveLength(1);
});

it('puts a damaged addon right before it loads it', async () => {
  await hip(['punches', '--data-dir', folder]);
  const [file = ''] = addonFiles();
  const before = sha256(file);
  writeFileSync(file, 'not an addon');
  expect(await hip(['punches', '--json', '--data-dir', folder])).toMatchObject({ code: 0, stdout: '[]\n' });
  expect(sha256(file)).toBe(before);
});

it('names an addon that it has no place for', async () => {
  const file = join(folder, 'a-file');
  writeFileSync(file, '');
  const ran = await hip(['punches', '--data-dir', folder], { HOME: file, TMPDIR: file });
  expect(ran.code).toBe(2);
  expect(ran.stderr).toMatch(/SQLite, which keeps the journal,\s+is missing or blocked/);
  expect(ran.stderr).toContain('HIP_ADDON_BLOCKED');
});
