// Makes the set-up program out of the Windows executable with NSIS, which it installs where it may (Debian, root).
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { addonsOf } from './executable.js';
import { renderLicences } from './licences.js';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

export function setupName(version) {
  return `hip-setup-${version}.exe`;
}

/** @param quick leaves everything uncompressed, four times as large: for tests */
export function makeSetup({ version, program, outdir, workdir, quick = false }) {
  requireNsis();
  mkdirSync(workdir, { recursive: true });
  const output = join(outdir, setupName(version));
  const tray = join(workdir, 'hip-tray.exe');
  const common = { VERSION: version, ICON: join(root, 'assets/hip.ico') };
  const addons = Object.fromEntries(addonsOf('win-x64').map(({ name, file }) => [name.toUpperCase(), file]));
  const licences = join(workdir, 'licences.txt');
  makensis('tray.nsi', { ...common, OUTPUT: tray });
  writeFileSync(licences, renderLicences());
  const parts = { PROGRAM: program, TRAY: tray, LICENCES: licences, ...addons };
  makensis('hip.nsi', { ...common, ...parts, OUTPUT: output, ...(quick && { QUICK: '' }) });
  return output;
}

function makensis(script, defined) {
  const options = Object.entries(defined).map(([name, value]) => `-D${name}=${value}`);
  const file = join(root, 'scripts/setup', script);
  execFileSync('makensis', ['-V2', '-INPUTCHARSET', 'UTF8', ...options, file], { stdio: 'inherit' });
}

function requireNsis() {
  if (spawnSync('makensis', ['-VERSION'], { stdio: 'ignore' }).status === 0) return;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (...args) => spawnSync('apt-get', args, { env, stdio: 'ignore' }).status === 0;
  const install = () =>
    apt('install', '-y', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=600', 'nsis');
  if (process.getuid?.() === 0 && (install() || (apt('update') && install()))) return;
  throw new Error('The set-up program is made with NSIS: apt-get install nsis');
}
