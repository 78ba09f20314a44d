import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

/**
 * Every regular expression that meets input from outside, on strings made from its own letters: none may take the
 * square of the input's length. Whoever reads only bounded text is named here with its bound.
 */
const FOLDERS = ['dialects', 'formats', 'listener'];
const LENGTH = 16_000;
/** A linear one takes microseconds for so much, a quadratic one hundreds of times as long. */
const MOST_MS = 8;
/** An eighth of the input takes an eighth of the time, or a sixty-fourth where the pattern is quadratic. */
const MAX_RATIO = 24;
const TRIES = 6;

/** Only ever given bounded text; the source says where. */
const BOUNDED: readonly string[] = [
  // A file's name: 255 characters.
  String.raw`(?:^|[^a-z])(?:GLG|AGL)_?\d*.*\.TXT$`,
  String.raw`_attlog(?![a-z0-9]).*\.dat$`,
  // A cell's number form: MAX_FORM_CHARS.
  String.raw`\[[^\]]*\]|"[^"]*"|\\.`,
  // A command's detail: MAX_DETAIL_CHARS.
  String.raw`\s*\S+=.*$`,
];

// Source of a literal behind what an expression can stand behind; the formatter keeps each on one line.
const LITERAL =
  /(?<=[=(,:?&|!{[;\n]\s*|return )\/((?:[^/\\\n[*]|\\.|\[(?:[^\]\\\n]|\\.)*\])(?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])*)\/([dgimsuy]*)/g;

const patterns = FOLDERS.flatMap((folder) => sourcesIn(join('src/lib', folder))).flatMap((source) =>
  [...source.matchAll(LITERAL)].flatMap(([, text = '', flags = '']) =>
    BOUNDED.includes(text) ? [] : [new RegExp(text, flags.replace(/[gy]/g, ''))],
  ),
);

it(`no pattern of ${patterns.length} takes the square of its input`, () => {
  expect(patterns.length).toBeGreaterThan(150);
  const slow = patterns.flatMap((pattern) => {
    const input = attacksOn(pattern).find((attack) => isSlow(pattern, attack));
    return input === undefined ? [] : [`${pattern} on ${JSON.stringify(input.slice(0, 60))}…`];
  });
  expect(slow).toEqual([]);
}, 60_000);

function sourcesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(join(folder, name), 'utf8'));
}

function isSlow(pattern: RegExp, input: string): boolean {
  const ms = leastMs(pattern, input);
  return ms > MOST_MS && ms > MAX_RATIO * leastMs(pattern, input.slice(0, LENGTH / 8) + input.at(-1)!);
}

/** Of this process alone, and the least of several: a pause of the collector strikes once, a slow pattern each time. */
function leastMs(pattern: RegExp, input: string): number {
  let least = Number.POSITIVE_INFINITY;
  for (let tries = 0; tries < TRIES && least > MOST_MS; tries += 1) {
    const before = process.cpuUsage();
    pattern.test(input);
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, (user + system) / 1000);
  }
  return least;
}

/** Long runs of what the pattern's own pieces match, alone and in pairs, that end as it does not expect. */
function attacksOn({ source }: RegExp): string[] {
  const plain = source.replace(/\\([^a-zA-Z])/g, '$1');
  const letters = new Set(plain.match(/[\w=:"'/<>,;.#%&{}[\]+*?!-]/g)?.slice(0, 12));
  const words = plain.match(/[A-Za-z]{2,}/g)?.slice(0, 6) ?? [];
  const units = [...new Set([...letters, ' ', '\t', '1', 'a', '-', ...words, ...beginningsOf(source)])];
  const pairs = units.flatMap((one) => [' ', '1', 'a', '\n'].map((other) => one + other));
  const start = /^\^?((?:\\?[^\\[\](){}*+?|.])*)/.exec(source)?.[1]?.replace(/\\(\W)/g, '$1') ?? '';
  return [...units, ...pairs].flatMap((unit) => {
    const run = unit.repeat(LENGTH / unit.length);
    return [run, `${run}\0`, `${start}${run}\0`, `1${run}!`];
  });
}

/** What the pattern begins with, up to each of its gaps: `<workbookPr ` of `<(?:\\w+:)?workbookPr\\b[^>]*\\sdate`. */
function beginningsOf(source: string): string[] {
  const skeleton = source
    .replace(/\(\?[:=!<][^()]*\)[?*]?/g, '')
    .replace(/\[\^?(?:[^\]\\]|\\.)*\][*+?]?/g, ' ')
    .replace(/\\s[*+?]?/g, ' ')
    .replace(/\\[bdwDWS][*+?]?|[\^$()?*+{}|\\]/g, '');
  return [...skeleton.matchAll(/ /g)].slice(0, 4).map(({ index }) => skeleton.slice(0, index + 1));
}
