// Bundles the program with esbuild: for node_modules beside it as ES modules in chunks, so that a short command reads
// little; for the single executable as one CommonJS file. Both start from one generated entry that knows all commands.
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Packages that come with a native addon find it beside themselves. */
const WITH_ADDON = ['koffi', '@photostructure/sqlite'];
/** oclif would load TypeScript for commands written in it; ours are compiled. */
const NEVER_LOADED = ['typescript', 'ts-node'];

const COMMON = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  keepNames: true,
  legalComments: 'none',
  logLevel: 'warning',
  metafile: true,
};

/** dist/bundle/hip.js and its chunks, for `bin/run.js`. */
export async function bundleModules(manifest, outdir = join(root, 'dist/bundle')) {
  rmSync(outdir, { recursive: true, force: true });
  return build({
    ...COMMON,
    stdin: { contents: renderModuleEntry(manifest), resolveDir: root },
    entryNames: 'hip',
    outdir,
    format: 'esm',
    splitting: true,
    target: 'node20.19',
    external: [...NEVER_LOADED, ...WITH_ADDON],
    // CommonJS packages inside an ES module still call require, and some ask where they lie.
    banner: {
      js: [
        "import { createRequire as hipCreateRequire } from 'node:module';",
        'const require = hipCreateRequire(import.meta.url);',
        'const __filename = import.meta.filename, __dirname = import.meta.dirname;',
      ].join('\n'),
    },
  });
}

/**
 * For the single executable: `program.js` and, for every package that it imports lazily, a file of its own, so that a
 * start reads and compiles no more than it needs. Each is a function that is called with `require`, `module` and
 * `exports` (executable/start.cjs). Returns the names that `require` must know.
 */
export async function bundlePieces(manifest, outdir) {
  const lazy = new Set();
  const program = { contents: renderPieceEntry(manifest), resolveDir: root };
  await buildPiece(program, join(outdir, 'program.js'), [splitOff(lazy)]);
  for (const name of lazy) {
    const contents = `export * from '${name}'; import * as all from '${name}'; export default all.default;`;
    // As .mjs it sees a CommonJS package the way Node does.
    const piece = { contents, resolveDir: root, sourcefile: 'piece.mjs' };
    await buildPiece(piece, join(outdir, pieceFile(name)), [koffiFromAsset]);
  }
  return ['program', ...lazy];
}

export function pieceFile(name) {
  return `${name.replace(/\W+/g, '-')}.js`;
}

function buildPiece(stdin, outfile, plugins) {
  return build({
    ...COMMON,
    stdin,
    outfile,
    plugins,
    format: 'cjs',
    target: 'node22.23',
    // The pieces have no module loader: only the require they are given.
    supported: { 'dynamic-import': false },
    external: NEVER_LOADED,
    alias: {
      'node-gyp-build': './src/lib/native/sqlite.ts',
      // For reading workbooks as streams, which hip does not; below it lies a package without a licence.
      unzipper: './scripts/executable/no-unzipper.cjs',
    },
    // Nothing lies beside the code; what asks where it is must not be led to a folder that others can fill.
    define: { 'import.meta.url': 'hipUrl', 'import.meta.dirname': 'hipNowhere' },
    banner: {
      js: [
        '(function (require, module, exports) {',
        "const hipUrl = require('node:url').pathToFileURL(process.execPath).href;",
        "const hipNowhere = process.execPath + '/none/none/none';",
      ].join('\n'),
    },
    footer: { js: '})' },
  });
}

/** Leaves to `require` what our own source imports lazily, and collects the names. */
function splitOff(lazy) {
  return {
    name: 'split off',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^[^./]/, namespace: 'file' }, ({ path, kind, importer }) => {
        const ours = importer.startsWith(join(root, 'src'));
        if (kind !== 'dynamic-import' || !ours || path.startsWith('node:')) return undefined;
        lazy.add(path);
        return { path, namespace: 'piece' };
      });
      onResolve({ filter: /.*/, namespace: 'piece' }, ({ path }) => ({ path, external: true }));
      onLoad({ filter: /.*/, namespace: 'piece' }, ({ path }) => ({
        contents: `export * from '${path}'; export { default } from '${path}';`,
      }));
    },
  };
}

const koffiFromAsset = {
  name: 'koffi from asset',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^koffi$/ }, () => ({ path: 'koffi', namespace: 'asset' }));
    onLoad({ filter: /.*/, namespace: 'asset' }, () => ({
      contents: "import './src/lib/native/koffi-folder.ts'; export { default } from 'koffi/indirect';",
      resolveDir: root,
    }));
  },
};

/** For modules: --version is answered before anything of the program is read. */
function renderModuleEntry(manifest) {
  const { name, version } = readPackage();
  return `
    import { dirname } from 'node:path';
    import { fileURLToPath } from 'node:url';
    const argv = process.argv.slice(2);
    if (argv[0] === '--version') {
      console.log('${name}/${version} ' + process.platform + '-' + process.arch + ' node-' + process.version);
    } else {
      const { runProgram } = await import('./src/program.ts');
      const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
      await runProgram({ ...${renderParts(manifest)}, root }, argv);
    }`;
}

function renderPieceEntry(manifest) {
  return `
    import { dirname } from 'node:path';
    import { runProgram } from './src/program.ts';
    const parts = { ...${renderParts(manifest)}, root: dirname(process.execPath) };
    export const { commands } = parts;
    export const start = (argv) => runProgram(parts, argv);`;
}

function renderParts(manifest) {
  const { name, version, description, type, oclif } = readPackage();
  const commands = readdirSync(join(root, 'src/commands'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => file.split(sep).join('/'))
    .map((file) => `${JSON.stringify(idOf(file))}: () => import('./src/commands/${file}'),`);
  return `{
    pjson: ${JSON.stringify({ name, version, description, type, oclif })},
    manifest: ${JSON.stringify(manifest)},
    commands: { ${commands.join('\n')} },
  }`;
}

function readPackage() {
  return JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
}

function idOf(file) {
  return file.replace(/(\/index)?\.ts$/, '').replaceAll('/', ':');
}
