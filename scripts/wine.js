// Runs a Windows program on Linux, in a Windows of its own that is kept for the next time.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CACHE } from './fetch-package.js';

const prefix = join(CACHE, 'wine-for-packaging');

export function hasWine() {
  return spawnSync('wine', ['--version'], { stdio: 'ignore' }).status === 0;
}

export function runWine(command, options) {
  if (!existsSync(prefix)) createPrefix();
  run(prefix, command, options);
  // It must be over before anybody moves or removes what it has open.
  execFileSync('wineserver', ['-w'], { env: environment(prefix) });
}

function createPrefix() {
  mkdirSync(dirname(prefix), { recursive: true });
  const making = `${prefix}.${process.pid}`;
  const options = { stdio: 'ignore' };
  run(making, ['wineboot', '--init'], options);
  run(making, ['reg', 'add', 'HKCU\\Software\\Wine', '/v', 'Version', '/d', 'win10', '/f'], options);
  execFileSync('wineserver', ['-w'], { env: environment(making) });
  renameSync(making, prefix);
}

function run(folder, command, options) {
  execFileSync('wine', command, { ...options, env: environment(folder) });
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
