// Fetches npm packages that no dependency can name, because they are made for another system: by `npm pack`, once, and
// only with the content that packages.json pins.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const PINS = JSON.parse(readFileSync(join(root, 'scripts/packages.json'), 'utf8'));

/** What is fetched or made once and used many times; `npm ci` empties it. */
export const CACHE = join(root, 'node_modules/.cache/hip');

/** The folder of the unpacked package. */
export function fetchPackage(name) {
  const { version, integrity } = PINS[name];
  const spec = `${name}@${version}`;
  const kept = join(CACHE, 'packages', spec.replace(/\W+/g, '-'));
  if (existsSync(kept)) return join(kept, 'package');
  mkdirSync(dirname(kept), { recursive: true });
  const making = mkdtempSync(`${kept}.`);
  try {
    const args = ['pack', spec, '--silent', '--pack-destination', making];
    const archive = join(making, execFileSync('npm', args, { encoding: 'utf8' }).trim());
    const found = `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`;
    if (found !== integrity) throw new Error(`${spec} is not what was pinned: ${found}`);
    execFileSync('tar', ['-xzf', archive, '-C', making]);
    rmSync(archive);
    renameSync(making, kept);
  } catch (error) {
    // Two that fetch at once do no harm: the first one through wins.
    if (!existsSync(kept)) throw error;
  } finally {
    rmSync(making, { recursive: true, force: true });
  }
  return join(kept, 'package');
}
