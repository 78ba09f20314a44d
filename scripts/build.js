// Compiles src/ into dist/ from scratch, so that no file of an earlier layout survives as a command, and bundles
// the program that bin/run.js starts, with a manifest of the commands in it: without, every start would load them all.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleModules } from './bundle.js';
import { createManifest } from './manifest.js';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, 'dist');
// Packages (hip-…) are not of this making.
for (const name of existsSync(dist) ? readdirSync(dist) : [])
  if (!name.startsWith('hip-')) rmSync(join(dist, name), { recursive: true, force: true });
const compiler = join(root, 'node_modules/typescript/bin/tsc');
const { status } = spawnSync(process.execPath, [compiler, '-p', 'tsconfig.build.json'], {
  cwd: root,
  stdio: 'inherit',
});
if (status !== 0) process.exit(status ?? 1);
await bundleModules(await createManifest(root));
