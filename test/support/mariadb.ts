/**
 * A private MariaDB for tests: own data folder, own port, loopback only, root without a password.
 *
 * States: created (data folder exists, nothing runs) -> running -> stopped -> running ... -> closed (folder gone).
 * The port stays the same over restarts, so that a client under test can find its server again.
 */

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createConnection } from 'mysql2/promise';
import { type MariadbPrograms, requireMariadb } from './mariadb-install.js';
import { freePort } from './ports.js';

const run = promisify(execFile);
const READY_TIMEOUT_MS = 60_000;
const POLL_MS = 50;
/** Small files: a test server holds little, and a redo log of the default 96 MB is written at every creation. */
const SMALL = ['--innodb-log-file-size=16M', '--innodb-buffer-pool-size=64M', '--performance-schema=OFF'];

/**
 * Outlives us by a moment: when this process ends in whatever way (Ctrl-C, SIGKILL), the guard's standard input
 * ends, and it ends the server by the pid that we noted and removes the folder.
 */
const GUARD = `
  cat > /dev/null
  if [ -s "$1/pid" ]; then
    pid=$(cat "$1/pid")
    kill -KILL "$pid"
    while kill -0 "$pid"; do sleep 0.05; done
  fi
  rm -rf "$1"
`;

export interface Mariadb {
  /** `mysql://root@127.0.0.1:PORT` */
  readonly url: string;
  readonly port: number;
  /** Undefined while stopped. */
  readonly pid: number | undefined;
  start(extraArgs?: readonly string[]): Promise<void>;
  /** An orderly end (SIGTERM); resolves when the process is gone. */
  stop(): Promise<void>;
  /** A crash (SIGKILL). */
  kill(): Promise<void>;
  /** SIGSTOP: the port still answers TCP, the server says nothing. */
  freeze(): void;
  thaw(): void;
  /** Ends the server and removes its data. */
  close(): Promise<void>;
}

/**
 * Creates and starts a server of its own; about a second. Call `close()` at the end.
 * @param parent where its data folder is made
 */
export async function startMariadb(extraArgs: readonly string[] = [], parent = tmpdir()): Promise<Mariadb> {
  const programs = await requireMariadb();
  const folder = await mkdtemp(join(parent, 'hip-mariadb-'));
  const server = new Server(programs, folder, await freePort());
  try {
    await server.create();
    await server.start(extraArgs);
  } catch (error) {
    await server.close();
    throw error;
  }
  return server;
}

class Server implements Mariadb {
  readonly url: string;
  readonly port: number;
  readonly #programs: MariadbPrograms;
  readonly #folder: string;
  readonly #guard: ChildProcess;
  #process: ChildProcess | undefined;
  #args: readonly string[] = [];

  constructor(programs: MariadbPrograms, folder: string, port: number) {
    this.#programs = programs;
    this.#folder = folder;
    this.#guard = spawn('/bin/sh', ['-c', GUARD, 'sh', folder], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
    });
    this.port = port;
    this.url = `mysql://root@127.0.0.1:${port}`;
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  async create(): Promise<void> {
    const args = [
      '--auth-root-authentication-method=normal',
      '--skip-test-db',
      '--skip-name-resolve',
      ...SMALL,
    ];
    await run(this.#programs.installDb, ['--no-defaults', ...asRoot(), ...this.#dataDir(), ...args]);
  }

  async start(extraArgs: readonly string[] = this.#args): Promise<void> {
    if (this.#process) throw new Error('this MariaDB is running already');
    this.#args = extraArgs;
    const logFile = join(this.#folder, 'server.log');
    const log = openSync(logFile, 'a');
    const args = [
      '--no-defaults',
      ...asRoot(),
      ...this.#dataDir(),
      `--port=${this.port}`,
      '--bind-address=127.0.0.1',
      `--socket=${join(this.#folder, 'sock')}`,
      '--skip-name-resolve',
      ...SMALL,
      ...extraArgs,
    ];
    // Detached: a terminal's Ctrl-C must not take the server away under a test that is still ending.
    const child = spawn(this.#programs.server, args, { stdio: ['ignore', log, log], detached: true });
    closeSync(log);
    const pidFile = join(this.#folder, 'pid');
    writeFileSync(pidFile, String(child.pid ?? ''));
    this.#process = child;
    child.once('exit', () => {
      rmSync(pidFile, { force: true });
      this.#process = undefined;
    });
    await this.#ready(logFile);
  }

  async stop(): Promise<void> {
    await this.#end('SIGTERM');
  }

  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** Returns when it stands: on a busy machine a thread of it may answer a moment longer. */
  freeze(): void {
    const pid = this.#process?.pid;
    this.#process?.kill('SIGSTOP');
    const isStill = (): boolean => / T /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
    for (let looks = 0; pid !== undefined && looks < 10_000 && !isStill(); looks += 1);
  }

  thaw(): void {
    this.#process?.kill('SIGCONT');
  }

  async close(): Promise<void> {
    const gone = once(this.#guard, 'exit');
    this.#guard.stdin?.end();
    await gone;
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process;
    if (!child) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
  }

  async #ready(logFile: string): Promise<void> {
    const deadline = Date.now() + READY_TIMEOUT_MS;
    while (this.#process && Date.now() < deadline) {
      if (await this.#answers()) return;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    throw new Error(`MariaDB did not start:\n${readFileSync(logFile, 'utf8').slice(-2000)}`);
  }

  async #answers(): Promise<boolean> {
    try {
      const connection = await createConnection({ uri: this.url, connectTimeout: 5_000 });
      await connection.end();
      return true;
    } catch {
      return false;
    }
  }

  /** Temporary tables of two installations at once must not meet in one folder. */
  #dataDir(): string[] {
    return [`--datadir=${join(this.#folder, 'data')}`, `--tmpdir=${this.#folder}`];
  }
}

/** MariaDB refuses to run as root unless told to. */
function asRoot(): string[] {
  return process.getuid?.() === 0 ? ['--user=root'] : [];
}
