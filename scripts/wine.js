// Runs a Windows program on Linux, in a Windows of its own that is kept for the next time.
import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CACHE } from './fetch-package.js';

const prefix = join(CACHE, 'wine-for-packaging');

export function hasWine() {
  return spawnSync('wine', ['--version'], { stdio: 'ignore' }).status === 0;
}

export function runWine(command, cwd) {
  if (!existsSync(prefix)) createPrefix();
  run(prefix, command, cwd);
}

function createPrefix() {
  mkdirSync(dirname(prefix), { recursive: true });
  const making = `${prefix}.${process.pid}`;
  run(making, ['wineboot', '--init']);
  run(making, ['reg', 'add', 'HKCU\\Software\\Wine', '/v', 'Version', '/d', 'win10', '/f']);
  renameSync(making, prefix);
}

/** Output goes to a file: Node for Windows under Wine fails on a pipe. */
function run(folder, command, cwd = folder) {
  const env = environment(folder);
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'output.txt');
  const output = openSync(file, 'w');
  const { status } = spawnSync('wine', command, { cwd, env, stdio: ['ignore', output, output] });
  closeSync(output);
  // It must be over before anybody moves or removes what it has open.
  spawnSync('wineserver', ['-w'], { env, stdio: 'ignore' });
  if (status !== 0) throw new Error(`wine ${command.join(' ')} ended with ${status}:\n${readFileSync(file)}`);
}

/** Silent about itself, and without the browser engine and .NET that it would offer to download. */
function environment(folder) {
  return {
    ...process.env,
    WINEPREFIX: folder,
    WINEARCH: 'win64',
    WINEDEBUG: '-all',
    WINEDLLOVERRIDES: 'mscoree,mshtml=;winemenubuilder.exe=d',
  };
}
