import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const PAGE = readFileSync(join(ROOT, 'docs/architecture.md'), 'utf8');

/** Rows of the tables, and `name` (`file.ts`) in sentences. */
function namedFunctions(): [names: string, files: string][] {
  const rows = [...PAGE.matchAll(/^\|[ \d]*\| (.+?) \| (`[\w/-]+\.ts`.*?) \|/gm)];
  const asides = [...PAGE.matchAll(/(`#?[\w.#]+`)[^`]{0,20}\((`[\w/-]+\.ts`)\)/g)];
  return [...rows, ...asides].map(([, names, files]) => [names ?? '', files ?? '']);
}

it('names enough of the way to walk it', () => {
  expect(namedFunctions().length).toBeGreaterThan(22);
});

it.each(namedFunctions())('%s stands in %s', (names, files) => {
  const paths = [...files.matchAll(/`([^`]+)`/g)].map(([, path]) => join(ROOT, 'src/lib', path ?? ''));
  for (const path of paths) expect(existsSync(path), path).toBe(true);
  const text = paths.map((path) => readFileSync(path, 'utf8')).join('\n');
  const words = [...names.matchAll(/`([^`]+)`/g)].flatMap(([, name]) => (name ?? '').split('.'));
  for (const word of words) expect(text).toMatch(new RegExp(`(?<![\\w#])${word}\\b`));
});

it('links to pages that are there', () => {
  for (const [, page] of PAGE.matchAll(/\]\(([\w/.-]+\.md)\)/g))
    expect(existsSync(join(ROOT, 'docs', page ?? '')), page).toBe(true);
});
