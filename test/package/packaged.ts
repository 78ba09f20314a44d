import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { makeOnce } from '../support/make-once.js';
import { CACHE } from '../support/wine-install.js';

const run = promisify(execFile);
const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
/** All that a package is made of, and what it is made with. */
const SOURCES = ['src', 'scripts', 'assets', 'package.json', 'package-lock.json'];

export const { version: VERSION } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  version: string;
};

/** For `beforeAll`: the first run fetches Node and makes the packages. */
export const MAKING_MS = 400_000;

const PARTS = { linux: ['linux-x64'], windows: ['win-x64', 'setup'] } as const;

/** The folder with the packages of a system, made by `npm run package` and kept until a source changes. */
export async function requirePackages(system: keyof typeof PARTS): Promise<string> {
  if (!existsSync(join(ROOT, 'dist/commands'))) throw new Error('build first: npm run build');
  const place = join(CACHE, 'test-packages', system);
  const kept = join(place, digest());
  return makeOnce(kept, async (making) => {
    for (const name of readdirSync(place)) {
      if (!join(place, name).startsWith(kept)) rmSync(join(place, name), { recursive: true, force: true });
    }
    await run(process.execPath, ['scripts/package.js', ...PARTS[system], '--quick', '--outdir', making], {
      cwd: ROOT,
    });
  });
}

function digest(): string {
  const hash = createHash('sha256');
  for (const name of SOURCES.flatMap(filesOf)) hash.update(name).update(readFileSync(join(ROOT, name)));
  return hash.digest('hex').slice(0, 16);
}

function filesOf(name: string): string[] {
  if (/\.\w+$/.test(name)) return [name];
  const entries = readdirSync(join(ROOT, name), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length + 1))
    .sort();
}
