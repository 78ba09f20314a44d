import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
/** How oclif starts a program that is not bundled: it finds everything by itself. */
function renderPlain(args: readonly string[]): string {
  const options = { dir: join(ROOT, 'bin/run.js'), args };
  return `import { execute } from '@oclif/core'; await execute(${JSON.stringify(options)});`;
}

function run(args: readonly string[]): Pick<SpawnSyncReturns<string>, 'status' | 'stdout' | 'stderr'> {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' });
  return { status, stdout, stderr };
}

// src/program.ts does what Plugin.load of one version of oclif does: a newer one must say the same.
it.each([['--version'], ['--help'], ['devices --help'], ['punches retry --help'], ['quarantine']])(
  'bundled, hip %s says what oclif itself says',
  (line) => {
    const args = line.split(' ');
    expect(run(['bin/run.js', ...args])).toEqual(run(['--input-type=module', '-e', renderPlain(args)]));
  },
);

it.each(['', 'sync', 'init', 'test-db', 'quarantine discard', 'service uninstall', 'devices command'])(
  'hip help %s fits 80 columns, and its usage can be typed',
  (command) => {
    const { stdout } = run(['bin/run.js', 'help', ...command.split(' ').filter(Boolean)]);
    const [usage = ''] = /(?<=USAGE\n).*?\n\n/s.exec(stdout) ?? [];
    // An example stays in one line, to be copied.
    const [lines = ''] = stdout.split('EXAMPLES');
    expect(lines.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(usage).toContain(`$ hip ${command}`);
    // What oclif makes of flags that depend on or exclude each other.
    expect(usage).not.toMatch(/[|[] *\]| -y\]/);
  },
);
