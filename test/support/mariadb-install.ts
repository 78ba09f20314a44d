import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * The two packages that hold `mariadbd`, `mariadb-install-db` and what the latter calls. They carry no service
 * and no maintainer script that starts one, unlike `mariadb-server`.
 */
const PACKAGES = ['mariadb-server-core', 'mariadb-client-core'];
const PROGRAMS = ['mariadbd', 'mariadb-install-db', 'my_print_defaults'] as const;

export interface MariadbPrograms {
  readonly server: string;
  readonly installDb: string;
}

/** Finds MariaDB's programs, installs them first where that is possible, or says in one line what to do. */
export async function requireMariadb(): Promise<MariadbPrograms> {
  const found = findMariadb();
  if (found) return found;
  await installWithApt();
  const installed = findMariadb();
  if (!installed) throw missing('the packages were installed but hold no mariadbd');
  return installed;
}

export function findMariadb(): MariadbPrograms | null {
  const [server, installDb, printDefaults] = PROGRAMS.map(findProgram);
  return server && installDb && printDefaults ? { server, installDb } : null;
}

/** Debian keeps the server in /usr/sbin, which is not on the PATH of an ordinary user. */
function findProgram(name: string): string | null {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  for (const folder of folders.filter((each) => each !== '')) {
    const file = join(folder, name);
    if (isExecutable(file)) return file;
  }
  return null;
}

async function installWithApt(): Promise<void> {
  const aptGet = findProgram('apt-get');
  if (!aptGet || process.getuid?.() !== 0) throw missing('mariadbd was not found');
  process.stderr.write('MariaDB is not on this machine: installing it with apt-get for the tests.\n');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  try {
    await run(aptGet, ['update'], { env });
    await run(aptGet, ['install', '-y', '--no-install-recommends', ...PACKAGES], { env });
  } catch (error) {
    throw missing('apt-get could not install it', error);
  }
}

/** One line that says what to do; where in our code it was thrown helps nobody. */
function missing(reason: string, cause?: unknown): Error {
  const error = new Error(
    `The tests need a MariaDB or MySQL server and ${reason}: install it (Debian: apt-get install ` +
      `${PACKAGES.join(' ')}) or set HIP_TEST_MYSQL_URL=mysql://user:password@host:3306`,
    cause === undefined ? {} : { cause },
  );
  error.stack = '';
  return error;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
