import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runHip } from '../../support/program.js';

const ROOT = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));
const PURGE = ['service', 'uninstall', '--purge', '--data-dir'];

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hip-purge-'));
  writeFileSync(join(folder, 'hip.db'), '');
});
afterEach(() => rmSync(folder, { recursive: true }));

it('asks a person before it deletes the data, and takes nothing but yes for yes', async () => {
  const command = [process.execPath, join(ROOT, 'bin/run.js'), ...PURGE, folder].join(' ');
  const child = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null']);
  let screen = '';
  child.stdout.on('data', (chunk: Buffer) => {
    const isAsked = screen.includes('Type yes');
    screen += chunk.toString();
    if (!isAsked && screen.includes('Type yes')) child.stdin.write('no\r');
  });
  const [code] = await once(child, 'close');
  expect(screen).toContain(`Delete ${folder} with every punch in it?`);
  expect(screen).toContain('Nothing was deleted');
  expect([code, existsSync(join(folder, 'hip.db'))]).toEqual([2, true]);
});

it('deletes nothing where it can ask nobody', async () => {
  const { code, stderr } = await runHip([...PURGE, folder]);
  expect([code, existsSync(join(folder, 'hip.db'))]).toEqual([2, true]);
  expect(stderr).toMatch(/has\s+nobody\s+to\s+ask/);
});
