// npm run package [-- linux-x64 | win-x64 ...]: makes the single executables in dist/ (npm run build first) and says
// how large they are and how fast they start.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeExecutable } from './executable.js';
import { createManifest } from './manifest.js';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const wanted = process.argv.slice(2);
const platforms = wanted.length > 0 ? wanted : ['linux-x64', 'win-x64'];

const manifest = await createManifest(root);
const scratch = mkdtempSync(join(tmpdir(), 'hip-package-'));
try {
  for (const platform of platforms) {
    const startedAt = performance.now();
    const file = await makeExecutable({
      manifest,
      version,
      platform,
      outdir: join(root, 'dist'),
      workdir: join(scratch, platform),
    });
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
    const size = (statSync(file).size / 1e6).toFixed(1);
    console.log(`${basename(file)}  ${size} MB, made in ${seconds} s${startTime(file, platform)}`);
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

/** Of `--version`, the best of five; only where this machine can run it. */
function startTime(file, platform) {
  if (platform !== `${process.platform}-${process.arch}`) return '';
  const times = Array.from({ length: 5 }, () => {
    const startedAt = performance.now();
    spawnSync(file, ['--version']);
    return performance.now() - startedAt;
  });
  return `, --version in ${Math.min(...times).toFixed(0)} ms`;
}
