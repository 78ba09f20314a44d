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
    stdin: {
      contents: renderEntry(manifest, 'dirname(dirname(dirname(fileURLToPath(import.meta.url))))'),
      resolveDir: root,
    },
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

/** One file for the single executable of a platform; its addons come out of its assets. */
export async function bundleExecutable(manifest, outfile) {
  return build({
    ...COMMON,
    stdin: { contents: renderEntry(manifest, 'dirname(process.execPath)'), resolveDir: root },
    outfile,
    format: 'cjs',
    target: 'node22.23',
    external: NEVER_LOADED,
    alias: { 'node-gyp-build': './src/lib/native/sqlite.ts' },
    plugins: [koffiFromAsset],
    // Nothing lies beside the code; what asks where it is must not be led to a folder that others can fill.
    define: { 'import.meta.url': 'hipUrl', 'import.meta.dirname': 'hipNowhere' },
    banner: {
      js: [
        "const hipUrl = require('node:url').pathToFileURL(process.execPath).href;",
        "const hipNowhere = process.execPath + '/none/none/none';",
      ].join('\n'),
    },
  });
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

function renderEntry(manifest, programRoot) {
  const { name, version, type, oclif } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const commands = readdirSync(join(root, 'src/commands'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => file.split(sep).join('/'))
    .map((file) => `${JSON.stringify(idOf(file))}: () => import('./src/commands/${file}'),`);
  return `
    import { dirname } from 'node:path';
    import { fileURLToPath } from 'node:url';
    const argv = process.argv.slice(2);
    if (argv[0] === '--version') {
      console.log('${name}/${version} ' + process.platform + '-' + process.arch + ' node-' + process.version);
    } else {
      const commands = { ${commands.join('\n')} };
      const manifest = ${JSON.stringify(manifest)};
      const pjson = ${JSON.stringify({ name, version, type, oclif })};
      import('./src/program.ts').then(({ runProgram }) =>
        runProgram({ pjson, manifest, commands, root: ${programRoot} }, argv),
      );
    }`;
}

function idOf(file) {
  return file.replace(/(\/index)?\.ts$/, '').replaceAll('/', ':');
}
