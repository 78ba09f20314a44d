import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { withDatabase } from '../support/database.js';
import { freePort } from '../support/ports.js';

const RUN = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), 'bin', 'run.js');
const PASSWORD = 's3cret-of-the-systemd-test';
const database = withDatabase();
const user = 'hip_systemd_test';
let folder: string;

beforeAll(async () => {
  await database.sql(`CREATE OR REPLACE USER '${user}'@'%' IDENTIFIED BY ?`, [PASSWORD]);
  await database.sql(`GRANT ALL ON \`${database.database}\`.* TO '${user}'@'%'`);
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hip-systemd-e2e-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** What hip has said to systemd so far, with what a device would have heard at that moment. */
const told = (): string[] =>
  existsSync(join(folder, 'told')) ? readFileSync(join(folder, 'told'), 'utf8').trim().split('\n') : [];

it('takes the password that systemd hands over, is ready when devices are heard, and stops when told', async () => {
  const port = await freePort();
  const { host, port: databasePort, database: schema } = database;
  writeFileSync(
    join(folder, 'config.json'),
    JSON.stringify({
      serve: { port, host: '127.0.0.1', statusPort: 0 },
      database: { host, port: databasePort, user, database: schema },
    }),
  );
  mkdirSync(join(folder, 'handed'));
  writeFileSync(join(folder, 'handed/hip-credentials'), JSON.stringify({ password: PASSWORD }));
  writeFileSync(join(folder, 'systemd-notify'), `#!/bin/sh\necho "$*" >> '${folder}/told'\n`, {
    mode: 0o755,
  });
  const env = {
    ...process.env,
    PATH: `${folder}${delimiter}${process.env.PATH}`,
    NOTIFY_SOCKET: join(folder, 'socket'),
    WATCHDOG_USEC: '400000',
    CREDENTIALS_DIRECTORY: join(folder, 'handed'),
  };
  const args = [
    'serve',
    '--service',
    'hip-serve',
    '--config',
    join(folder, 'config.json'),
    '--data-dir',
    folder,
  ];
  const child = spawn(process.execPath, [RUN, ...args], { env, stdio: 'ignore' });
  const ended = once(child, 'exit');
  try {
    await expect.poll(told, { timeout: 20_000 }).toContain('READY=1');
    const answer = await fetch(`http://127.0.0.1:${port}/iclock/cdata?SN=SYSTEMD1&table=ATTLOG&Stamp=1`, {
      method: 'POST',
      body: '7\t2026-03-02 08:00:00\t0\t1\n',
    });
    expect(await answer.text()).toMatch(/^OK/);
    const arrived = () =>
      database.sql('SELECT COUNT(*) AS n FROM device_logs WHERE user_id = 7').catch(() => []);
    await expect.poll(arrived, { timeout: 20_000 }).toEqual([{ n: 1 }]);
    await expect.poll(() => told().filter((message) => message === 'WATCHDOG=1').length).toBeGreaterThan(2);
  } finally {
    child.kill('SIGTERM');
  }
  expect(await ended).toEqual([0, null]);
  expect(told().filter((message) => message !== 'WATCHDOG=1')).toEqual(['READY=1', 'STOPPING=1']);
});
