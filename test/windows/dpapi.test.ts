import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startWine, type Wine } from '../support/wine.js';

const SOURCE = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), 'src/lib/windows/dpapi.ts');

/** Seals what it is told, or opens each line of a file: what came out, or null. */
const SCRIPT = `
  import { readFileSync } from 'node:fs';
  import { openDpapi } from './dpapi.mjs';
  const [verb, file] = process.argv.slice(2);
  const dpapi = await openDpapi();
  const lines = readFileSync(file, 'utf8').split('\\n');
  console.log(JSON.stringify(lines.map((line) => dpapi[verb](line))));
`;

let wine: Wine;

beforeAll(async () => {
  wine = await startWine();
  await wine.stage();
  const outfile = wine.path('C:\\hip\\dpapi.mjs');
  await build({
    entryPoints: [SOURCE],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    external: ['koffi'],
  });
  writeFileSync(wine.path('C:\\hip\\script.mjs'), SCRIPT);
}, 120_000);
afterAll(() => wine?.close());

/** A process of its own each time. */
async function dpapi(verb: 'seal' | 'open', lines: readonly string[]): Promise<(string | null)[]> {
  writeFileSync(wine.path('C:\\lines.txt'), lines.join('\n'));
  const ran = await wine.run(['C:\\hip\\node.exe', 'C:\\hip\\script.mjs', verb, 'C:\\lines.txt']);
  expect(ran.stderr).toBe('');
  return JSON.parse(ran.stdout) as (string | null)[];
}

it('what one process seals another one opens', async () => {
  const passwords = ['hunter2', '', 'รหัสผ่าน', '"quotes" and \\ and =', 'x'.repeat(5_000)];
  const sealed = await dpapi('seal', passwords);
  for (const text of sealed) expect(text).toMatch(/^dpapi:[\w+/]+=*$/);
  expect(await dpapi('open', sealed as string[])).toEqual(passwords);
});

it('is useless when one byte is changed, added or missing', async () => {
  const [sealed] = (await dpapi('seal', ['hunter2'])) as [string];
  const bytes = Buffer.from(sealed.slice('dpapi:'.length), 'base64');
  const flipped = [...bytes.keys()].map((at) => {
    const changed = Buffer.from(bytes);
    changed[at]! ^= 1;
    return `dpapi:${changed.toString('base64')}`;
  });
  const others = [sealed.slice(0, -4), `${sealed}AAAA`, `${sealed} `, 'dpapi:', 'dpapi:AAAA', 'dpapi:%'];
  const opened = await dpapi('open', [...flipped, ...others]);
  expect(opened).toHaveLength(flipped.length + others.length);
  expect(opened.filter((text) => text !== null)).toEqual([]);
});

it('holds nothing of the password in plain', async () => {
  const [sealed] = (await dpapi('seal', ['hunter2'])) as [string];
  const bytes = Buffer.from(sealed.slice('dpapi:'.length), 'base64');
  for (const encoding of ['utf8', 'utf16le'] as const)
    expect(bytes.includes(Buffer.from('hunter2', encoding))).toBe(false);
});
