import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
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

const FILES = {
  linux: { parts: ['linux-x64'], file: `hip-${VERSION}-linux-x64` },
  windows: { parts: ['win-x64', 'setup'], file: `hip-setup-${VERSION}.exe` },
} as const;

/** The folder with the packages of a system, made by `npm run package` and kept until a source changes. */
export async function requirePackages(system: keyof typeof FILES): Promise<string> {
  if (!existsSync(join(ROOT, 'dist/commands'))) throw new Error('build first: npm run build');
  const { parts, file } = FILES[system];
  const place = join(CACHE, 'test-packages', system);
  const kept = join(place, digest());
  if (existsSync(join(kept, file))) return kept;
  rmSync(place, { recursive: true, force: true });
  mkdirSync(place, { recursive: true });
  const making = mkdtempSync(join(place, 'making-'));
  await run(process.execPath, ['scripts/package.js', ...parts, '--quick', '--outdir', making], { cwd: ROOT });
  renameSync(making, kept);
  return kept;
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
