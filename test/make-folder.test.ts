import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeFolder } from '../src/lib/make-folder.js';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hip-make-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

it('makes a folder and those above it, and leaves what is there', () => {
  const dir = join(folder, 'a', 'b', 'c');
  makeFolder(dir, 0o700);
  makeFolder(dir);
  expect(statSync(dir).isDirectory()).toBe(true);
  if (process.platform !== 'win32') expect(statSync(dir).mode & 0o777).toBe(0o700);
});

it('fails where a file stands in the way', () => {
  const file = join(folder, 'file');
  writeFileSync(file, '');
  expect(() => makeFolder(file)).toThrow('EEXIST');
  expect(() => makeFolder(join(file, 'below'))).toThrow(/EEXIST|ENOTDIR/);
});

// mkdirSync with "recursive" would never come back.
it.runIf(existsSync('/proc/self'))('fails where nothing can be made', () => {
  expect(() => makeFolder('/proc/hip/logs')).toThrow(/ENOENT|EACCES|EPERM/);
});
