import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const INSTALL = 'apt-get install -y --no-install-recommends -o DPkg::Lock::Timeout=600 "$@"';

/**
 * Installs Debian packages that tests need. Test files run side by side and apt bears one caller at a time: the others
 * wait. Lists are fetched only where the install fails without.
 * @throws {Error} in one line that says what to do, where it can't be done here
 */
export async function installPackages(purpose: string, packages: readonly string[]): Promise<void> {
  if (!findOnPath('apt-get') || process.getuid?.() !== 0) throw missing(purpose, packages);
  process.stderr.write(`Not on this machine: ${purpose}. Installing with apt-get for the tests.\n`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const script = `${INSTALL} || { apt-get update && ${INSTALL}; }`;
  const lock = join(tmpdir(), 'hip-test-packages.lock');
  try {
    await run('flock', [lock, 'sh', '-c', script, 'sh', ...packages], { env, maxBuffer: 1 << 26 });
  } catch (error) {
    throw missing(purpose, packages, error);
  }
}

/** The file of a program, also in the folders that an ordinary user does not have on the path. */
export function findOnPath(name: string): string | null {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  for (const folder of folders.filter((each) => each !== '')) {
    if (existsSync(join(folder, name))) return join(folder, name);
  }
  return null;
}

/** Where in our code it was thrown helps nobody. */
function missing(purpose: string, packages: readonly string[], cause?: unknown): Error {
  const error = new Error(
    `The tests need ${purpose}: apt-get install ${packages.join(' ')}`,
    cause === undefined ? {} : { cause },
  );
  error.stack = '';
  return error;
}
