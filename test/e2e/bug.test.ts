import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createProgram } from '../support/program.js';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hip-bug-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

it.each([
  ['thrown where nobody catches', "throw new Error('made for this test')"],
  ['a promise that nobody waits for', "Promise.reject(new Error('made for this test'))"],
])('a bug ends hip serve with 1, its stack in the log: %s', async (_, bug) => {
  const module = join(folder, 'bug.mjs');
  writeFileSync(module, `process.on('SIGUSR2', function madeHere() { ${bug}; });`);
  vi.stubEnv('NODE_OPTIONS', `--import=${pathToFileURL(module).href}`);
  const serving = await (await createProgram(folder, {})).serve();
  serving.child.kill('SIGUSR2');
  expect(await serving.ended).toBe(1);
  const lines = readFileSync(join(folder, 'logs', 'hip.1.log'), 'utf8')
    .trim()
    .split('\n');
  expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({
    level: 50,
    msg: 'hip fails, and has to be started again: made for this test',
    err: { stack: expect.stringContaining('madeHere') },
  });
  expect(serving.output().stderr).toContain('madeHere');
});
