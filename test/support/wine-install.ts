import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startDisplay } from './display.js';
import { makeOnce } from './make-once.js';
import { findOnPath, installPackages } from './packages.js';

const run = promisify(execFile);

const PACKAGES = ['wine', 'wine64', 'xvfb'];
const PROGRAMS = ['wine', 'wineserver', 'Xvfb'];

/** What is fetched or made once and used by many test runs. */
export const CACHE = join(
  dirname(dirname(dirname(fileURLToPath(import.meta.url)))),
  'node_modules/.cache/hip',
);

/** Silent, but for entries into the Event Log, which it keeps nowhere; without .NET and a browser engine, which it would offer to download; no desktop menus. */
export const WINE_ENV = {
  WINEDEBUG: '-all,err+eventlog',
  WINEDLLOVERRIDES: 'mscoree,mshtml=;winemenubuilder.exe=d',
  WINEARCH: 'win64',
};

/** Goes up when templates are made in another way than before. */
const RECIPE = 3;
const CONTROL = 'HKLM\\SYSTEM\\CurrentControlSet\\Control';

/** Makes sure of Wine and Xvfb, by apt where that is possible, or says in one line what to do. */
export async function requireWine(): Promise<void> {
  if (PROGRAMS.every(findOnPath)) return;
  await installPackages('Wine and a screen for it', PACKAGES);
}

/** A fresh Windows 10 as Wine makes it, which takes 15 s: made once per version of Wine, then copied. */
export async function requireTemplate(): Promise<string> {
  const { stdout } = await run('wine', ['--version'], { env: { ...process.env, ...WINE_ENV } });
  const template = join(CACHE, 'wine', `${stdout.trim().replace(/[^\w.-]+/g, '_')}${RECIPE}`);
  return makeOnce(template, createPrefix);
}

async function createPrefix(folder: string): Promise<void> {
  const display = await startDisplay();
  const env = { ...process.env, ...WINE_ENV, WINEPREFIX: folder, DISPLAY: display.name };
  try {
    await run('wine', ['wineboot', '--init'], { env });
    await run('wine', ['reg', 'add', 'HKCU\\Software\\Wine', '/v', 'Version', '/d', 'win10', '/f'], { env });
    // Windows gives a service 30 s to answer, Wine 10 s, which a busy test machine exceeds. Wine reads it only as text.
    await run(
      'wine',
      ['reg', 'add', CONTROL, '/v', 'ServicesPipeTimeout', '/t', 'REG_SZ', '/d', '60000', '/f'],
      { env },
    );
    // The registry is on disk only when its server has ended.
    await run('wineserver', ['-w'], { env });
  } finally {
    display.close();
  }
}
