import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Makes sure of `systemd-analyze`, by apt where that is possible, or says in one line what to do. */
export async function requireSystemdAnalyze(): Promise<void> {
  if (isThere()) return;
  if (existsSync('/usr/bin/apt-get') && process.getuid?.() === 0) {
    process.stderr.write(
      'systemd-analyze is not on this machine: installing it with apt-get for the tests.\n',
    );
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    await run('apt-get', ['update'], { env });
    await run('apt-get', ['install', '-y', '--no-install-recommends', 'systemd'], { env });
  }
  if (isThere()) return;
  const error = new Error('The tests of the systemd units need systemd-analyze: apt-get install systemd');
  error.stack = '';
  throw error;
}

function isThere(): boolean {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .some((folder) => existsSync(join(folder, 'systemd-analyze')));
}
