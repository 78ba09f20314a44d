// Makes one executable of the program: Node with the bundle and the native addons inside (a "single executable
// application" of Node; decision 013).
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inject } from 'postject';
import { bundlePieces, pieceFile } from './bundle.js';
import { fetchPackage } from './fetch-package.js';
import { fillWindowsProgram } from './windows-resources.js';
import { hasWine, runWine } from './wine.js';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
/** Flipped in Node when a program is inside (Node's documentation of single executables). */
const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';
const SQLITE = 'node_modules/@photostructure/sqlite/prebuilds';

/** `path` is where the addon lies below the folder it is laid in or unpacked to. */
const PLATFORMS = {
  'linux-x64': {
    suffix: '',
    addons: () => [
      {
        name: 'sqlite',
        path: 'sqlite.node',
        file: join(root, SQLITE, 'linux-x64/@photostructure+sqlite.glibc.node'),
      },
    ],
  },
  'win-x64': {
    suffix: '.exe',
    addons: () => [
      {
        name: 'sqlite',
        path: 'sqlite.node',
        file: join(root, SQLITE, 'win32-x64/@photostructure+sqlite.glibc.node'),
      },
      {
        name: 'koffi',
        path: 'koffi/win32_x64/koffi.node',
        file: join(fetchPackage('@koromix/koffi-win32-x64'), 'win32_x64/koffi.node'),
      },
    ],
  },
};

export function addonsOf(platform) {
  return PLATFORMS[platform].addons();
}

export function executableName(version, platform) {
  return `hip-${version}-${platform}${PLATFORMS[platform].suffix}`;
}

/** Writes the executable into `outdir` and returns its path; what it is made of stays in `workdir`. */
export async function makeExecutable({ manifest, version, platform, outdir, workdir }) {
  mkdirSync(workdir, { recursive: true });
  const run = nodeRunner(platform, workdir);
  const pieces = await bundlePieces(manifest, workdir);
  // What calls Windows comes only with its addon.
  const names = pieces.filter((name) => name !== 'koffi' || platform === 'win-x64');
  layAssets({ platform, workdir, version, names, compiled: run.isTarget });
  if (run.isTarget) run([join(root, 'scripts/executable/compile.cjs')]);
  run(['--experimental-sea-config', 'sea.json']);
  const node = readFileSync(nodeOf(platform));
  const blob = readFileSync(join(workdir, 'hip.blob'));
  const file = join(outdir, executableName(version, platform));
  if (platform === 'win-x64') {
    writeFileSync(file, fillWindowsProgram(switchOn(node), { version, blob }));
  } else {
    writeFileSync(file, node, { mode: 0o755 });
    await inject(file, 'NODE_SEA_BLOB', blob, { sentinelFuse: FUSE });
  }
  return file;
}

/** Tells Node to look for a program inside itself. postject does the same on Linux. */
function switchOn(node) {
  const at = node.indexOf(`${FUSE}:0`);
  if (at < 0) throw new Error('this Node takes no program inside');
  node.write('1', at + FUSE.length + 1, 'latin1');
  return node;
}

/** Assets of the executable, and `sea.json`, which names them. */
function layAssets({ platform, workdir, version, names, compiled }) {
  const pieces = {};
  const addons = {};
  const assets = { 'start.json': 'start.json', 'addons.json': 'addons.json' };
  for (const name of names) {
    const file = pieceFile(name);
    pieces[name] = { file, ...(compiled && { cache: `${file}.cache` }) };
    for (const asset of Object.values(pieces[name])) assets[asset] = asset;
  }
  for (const { name, path, file } of addonsOf(platform)) {
    copyFileSync(file, join(workdir, `${name}.node`));
    assets[name] = `${name}.node`;
    addons[name] = { path, sha256: createHash('sha256').update(readFileSync(file)).digest('hex') };
  }
  copyFileSync(join(root, 'scripts/executable/start.cjs'), join(workdir, 'start.cjs'));
  const put = (name, content) => writeFileSync(join(workdir, name), JSON.stringify(content));
  put('start.json', { version, pieces });
  put('addons.json', addons);
  put('sea.json', { main: 'start.cjs', output: 'hip.blob', disableExperimentalSEAWarning: true, assets });
}

/**
 * Runs the Node that goes into the executable: only its own version can write a blob for it, and V8's code is void on
 * another system. Without Wine the blob for Windows comes from Node for Linux, and carries no code.
 */
function nodeRunner(platform, workdir) {
  const foreign = platform === 'win-x64';
  const isTarget = !foreign || hasWine();
  const run = (args) => {
    if (foreign && isTarget) runWine([nodeOf(platform), ...args], workdir);
    else execFileSync(nodeOf('linux-x64'), args, { cwd: workdir, stdio: ['ignore', 'ignore', 'inherit'] });
  };
  return Object.assign(run, { isTarget });
}

/** The Node that goes into the executable of a platform. */
export function nodeOf(platform) {
  return join(fetchPackage(`node-${platform}`), platform === 'win-x64' ? 'bin/node.exe' : 'bin/node');
}
