/** A MariaDB for one bench: own data folder, own port, loopback only, as it comes out of the box otherwise. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { createConnection } from 'mysql2/promise';

const READY_TIMEOUT_MS = 60_000;
const POLL_MS = 50;

export async function startMariadb(parent) {
  const folder = join(parent, 'mariadb');
  mkdirSync(folder);
  const asRoot = process.getuid?.() === 0 ? ['--user=root'] : [];
  const common = ['--no-defaults', ...asRoot, `--datadir=${join(folder, 'data')}`, '--skip-name-resolve'];
  const fresh = ['--auth-root-authentication-method=normal', '--skip-test-db'];
  execFileSync(findProgram('mariadb-install-db'), [...common, ...fresh], { stdio: 'ignore' });
  const port = await freePort();
  const own = [
    `--port=${port}`,
    '--bind-address=127.0.0.1',
    `--socket=${join(folder, 'sock')}`,
    `--log-error=${join(folder, 'log')}`,
  ];
  const child = spawn(findProgram('mariadbd'), [...common, ...own], { stdio: 'ignore' });
  const endWithUs = () => child.kill('SIGKILL');
  process.once('exit', endWithUs);
  const url = `mysql://root@127.0.0.1:${port}`;
  const version = await waitUntilReady(url, child, join(folder, 'log'));
  return {
    port,
    url,
    version,
    pid: child.pid,
    async close() {
      process.off('exit', endWithUs);
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}

async function waitUntilReady(url, child, log) {
  for (const startMs = performance.now(); performance.now() - startMs < READY_TIMEOUT_MS; ) {
    if (child.exitCode !== null) break;
    const version = await askVersion(url);
    if (version) return version;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  throw new Error(`MariaDB did not start:\n${existsSync(log) ? readFileSync(log, 'utf8').slice(-2000) : ''}`);
}

async function askVersion(url) {
  try {
    const connection = await createConnection(url);
    const [[row]] = await connection.query('SELECT VERSION() AS version');
    await connection.end();
    return row.version;
  } catch {
    // Not up yet.
    return null;
  }
}

/** Debian keeps the server in /usr/sbin, which is not on the PATH of an ordinary user. */
function findProgram(name) {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  const found = folders.map((folder) => join(folder, name)).find((file) => existsSync(file));
  if (!found) throw new Error(`${name} was not found: install mariadb-server-core and mariadb-client-core`);
  return found;
}

async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  await once(probe, 'close');
  return port;
}
