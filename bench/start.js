/**
 * How long short commands take, each beside two yardsticks started in turns with them: a bundled oclif hello-world,
 * and Node with nothing to do.
 *
 *   npm run bench -- start [rounds]
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { isMain, median } from './report.js';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const PROGRAM = join(root, 'bin/run.js');

/** Medians in milliseconds, by name; `hello` and `node` are the yardsticks. */
export async function measureStart(rounds = 15) {
  const folder = mkdtempSync(join(tmpdir(), 'hip-bench-start-'));
  try {
    const cases = await prepare(folder);
    for (const args of Object.values(cases)) timeOf(args, folder);
    const times = Object.fromEntries(Object.keys(cases).map((name) => [name, []]));
    for (let round = 0; round < rounds; round++)
      for (const [name, args] of Object.entries(cases)) times[name].push(timeOf(args, folder));
    return Object.fromEntries(Object.entries(times).map(([name, list]) => [name, median(list)]));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function prepare(folder) {
  const [logs, data] = [join(folder, 'logs'), join(folder, 'data')];
  for (const name of [logs, data]) mkdirSync(name);
  writeFileSync(join(logs, 'A.txt'), '');
  const config = join(folder, 'config.json');
  writeFileSync(config, JSON.stringify({ dataDir: data, sync: { logDir: logs } }));
  return {
    node: ['-e', '0'],
    hello: [await buildHello(join(folder, 'hello')), 'hello'],
    version: [PROGRAM, '--version'],
    status: [PROGRAM, 'status', '--config', config],
    sync: [PROGRAM, 'sync', '--once', '--config', config],
  };
}

/** The smallest oclif program, made as well as oclif's documentation knows: one minified file, commands named. */
async function buildHello(folder) {
  mkdirSync(folder);
  const pjson = {
    name: 'hello',
    version: '1.0.0',
    oclif: {
      bin: 'hello',
      commands: { strategy: 'explicit', target: './hello.cjs', identifier: 'COMMANDS' },
    },
  };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(pjson));
  const outfile = join(folder, 'hello.cjs');
  await build({
    stdin: {
      contents: `
        import { Command, execute } from '@oclif/core';
        class Hello extends Command {
          async run() { await this.parse(Hello); this.log('hello world'); }
        }
        export const COMMANDS = { hello: Hello };
        if (require.main === module) execute({ dir: __dirname });`,
      resolveDir: root,
    },
    outfile,
    bundle: true,
    minify: true,
    platform: 'node',
    external: ['typescript', 'ts-node'],
  });
  return outfile;
}

function timeOf(args, cwd) {
  const startedAt = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, { cwd, stdio: ['ignore', 'ignore', 'pipe'] });
  const ms = performance.now() - startedAt;
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}: ${stderr}`);
  return ms;
}

/** What is promised, as ratios to the hello-world. */
export const START_TARGETS = { version: 1.3, sync: 2 };

export function renderStart(medians) {
  return Object.entries(medians).map(([name, ms]) => {
    const target = START_TARGETS[name];
    const ratio = (ms / medians.hello).toFixed(2);
    return `${name.padEnd(8)} ${ms.toFixed(0).padStart(5)} ms   ${ratio} of hello${target ? ` (at most ${target})` : ''}`;
  });
}

if (isMain('start', import.meta.url)) {
  const medians = await measureStart(Number(process.argv.at(-1)) || 15);
  for (const line of renderStart(medians)) console.log(line);
}
