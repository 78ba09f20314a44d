// Makes one executable of the program: Node with the bundle and the native addons inside (a "single executable
// application" of Node; decision 013).
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inject } from 'postject';
import { bundleExecutable } from './bundle.js';
import { fetchPackage } from './fetch-package.js';
import { dressWindowsProgram } from './windows-resources.js';
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
  const main = join(workdir, 'hip.cjs');
  await bundleExecutable(manifest, main);
  const blob = prepareBlob({ main, platform, workdir });
  const node = readNode(platform);
  const program = platform === 'win-x64' ? dressWindowsProgram(node, version) : node;
  const file = join(outdir, executableName(version, platform));
  writeFileSync(file, program);
  chmodSync(file, 0o755);
  await inject(file, 'NODE_SEA_BLOB', readFileSync(blob), { sentinelFuse: FUSE });
  return file;
}

function readNode(platform) {
  return readFileSync(nodeOf(platform));
}

function nodeOf(platform) {
  return join(fetchPackage(`node-${platform}`), platform === 'win-x64' ? 'bin/node.exe' : 'bin/node');
}

/** The blob must come from the very Node it goes into, and so must the code cache: a Linux one is void on Windows. */
function prepareBlob({ main, platform, workdir }) {
  const config = join(workdir, 'sea.json');
  const onWindows = platform === 'win-x64' && hasWine();
  writeFileSync(
    config,
    JSON.stringify({
      main: 'hip.cjs',
      output: 'hip.blob',
      disableExperimentalSEAWarning: true,
      useCodeCache: platform === 'linux-x64' || onWindows,
      assets: layAssets(platform, workdir),
    }),
  );
  const args = ['--experimental-sea-config', 'sea.json'];
  // Node for Windows under Wine can't write to a pipe.
  const options = { cwd: dirname(main), stdio: ['ignore', 'ignore', 'inherit'] };
  if (onWindows) runWine([nodeOf('win-x64'), ...args], options);
  else execFileSync(nodeOf('linux-x64'), args, options);
  return join(workdir, 'hip.blob');
}

function layAssets(platform, workdir) {
  const assets = { 'addons.json': 'addons.json' };
  const index = {};
  for (const { name, path, file } of addonsOf(platform)) {
    const content = readFileSync(file);
    writeFileSync(join(workdir, `${name}.node`), content);
    assets[name] = `${name}.node`;
    index[name] = { path, sha256: createHash('sha256').update(content).digest('hex') };
  }
  writeFileSync(join(workdir, 'addons.json'), JSON.stringify(index));
  return assets;
}
