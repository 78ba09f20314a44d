// npm run package [-- linux-x64 | win-x64 | setup ...] [--outdir DIR] [--quick]: makes the single executables and the
// set-up program in dist/ (npm run build first), says how large they are and how fast they start, and, of a whole
// release, writes the bill of materials and the licence texts. --quick leaves the set-up uncompressed.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { executableName, makeExecutable, nodeOf } from './executable.js';
import { renderLicences } from './licences.js';
import { createManifest } from './manifest.js';
import { makeSetup } from './setup.js';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    outdir: { type: 'string', default: join(root, 'dist') },
    quick: { type: 'boolean', default: false },
  },
});
const { outdir, quick } = values;
mkdirSync(outdir, { recursive: true });
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const wanted = positionals.length > 0 ? positionals : ['linux-x64', 'win-x64', 'setup'];

const manifest = await createManifest(root);
const scratch = mkdtempSync(join(tmpdir(), 'hip-package-'));
try {
  for (const what of wanted) {
    const startedAt = performance.now();
    const file = await make(what);
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
    const size = (statSync(file).size / 1e6).toFixed(1);
    console.log(`${basename(file)}  ${size} MB, made in ${seconds} s${startTime(file, what)}`);
  }
  if (positionals.length === 0) {
    writeBill(join(outdir, `hip-${version}-sbom.json`));
    writeFileSync(join(outdir, `hip-${version}-licences.txt`), renderLicences());
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

/** What the files above are made of, beside Node itself. */
function writeBill(file) {
  const script = join(root, 'scripts/check-dependencies.js');
  const { status } = spawnSync(process.execPath, [script, '--sbom', file], { stdio: 'inherit' });
  if (status !== 0) throw new Error('the bill of materials was not made');
  console.log(basename(file));
}

function make(what) {
  const common = { version, outdir, workdir: join(scratch, what) };
  if (what !== 'setup') return makeExecutable({ ...common, manifest, platform: what });
  return makeSetup({ ...common, quick, program: join(outdir, executableName(version, 'win-x64')) });
}

/** Of `--version`, the best of five, beside the unpacked program; only where this machine can run it. */
function startTime(file, platform) {
  if (platform !== `${process.platform}-${process.arch}`) return '';
  const packed = bestOf(5, [file, '--version']);
  const unpacked = bestOf(5, [nodeOf(platform), join(root, 'bin/run.js'), '--version']);
  return `, --version in ${packed} ms (unpacked ${unpacked} ms)`;
}

function bestOf(times, [program, ...args]) {
  const each = Array.from({ length: times }, () => {
    const startedAt = performance.now();
    spawnSync(program, args);
    return performance.now() - startedAt;
  });
  return Math.min(...each).toFixed(0);
}
