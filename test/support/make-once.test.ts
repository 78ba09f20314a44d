import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeOnce } from './make-once.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hip-once-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

it('makes it once, however many want it, and lets the next one try where it failed', async () => {
  const target = join(folder, 'made');
  let tries = 0;
  const want = (): Promise<string> =>
    makeOnce(target, async (making) => {
      tries += 1;
      writeFileSync(join(making, 'content'), String(tries));
      await new Promise(setImmediate);
      if (tries === 1) throw new Error('disk full');
    });
  const outcomes = await Promise.allSettled(Array.from({ length: 5 }, want));
  expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(1);
  expect(tries).toBe(2);
  expect(readFileSync(join(target, 'content'), 'utf8')).toBe('2');
  expect(readdirSync(folder).sort()).toEqual(['made', 'made.lock']);
});
