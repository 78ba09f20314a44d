// Guards the rings of the design: imports point inward only, adapters don't know each other, one room per outside
// thing, no cycles. Prints every breach and exits 1.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const source = join(root, 'src');

/** Pure files: no I/O, no clock, no config. */
const CORE = [
  /^lib\/(punch|errors|count|forwarder|schedule|time-zone)\.ts$/,
  /^lib\/forwarder\//,
  /^lib\/dialects\//,
  /^lib\/(device-commands|device-care|clock-guard|backfill)(\/|\.ts$)/,
  /^lib\/formats\/(?!access-mdb|xlsx|index)/,
  /^lib\/journal\/journal\.ts$/,
  /^lib\/sinks\/sink\.ts$/,
  /^lib\/service\/(service|host|restarts|own-file)\.ts$/,
  /^lib\/tray\//,
  /^lib\/simulate\/(device|punches|.+-device|.+-commands)\.ts$/,
];
/** One outside thing each. */
const ADAPTERS = [
  'listener',
  'journal',
  'sinks',
  'service',
  'windows',
  'native',
  'dashboard',
  'sniff',
  'sync',
  'simulate',
  'formats',
];
/** What they all may import: the type of a log, and how Node 20 is kept from hanging where a folder can't be made. */
const FOR_ALL = new Set(['lib/log.ts', 'lib/make-folder.ts']);
/** Packages that only one folder may import. */
const OWNED = { '@photostructure/sqlite': 'lib/journal/', mysql2: 'lib/sinks/', koffi: 'lib/windows/' };
/** Packages that are as pure as the core itself. */
const PURE_PACKAGES = new Set(['cron-parser', 'csv-parse/sync', 'valibot']);

const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => name.split(sep).join('/'));
const graph = new Map(files.map((file) => [file, importsOf(file)]));
const breaches = [...graph].flatMap(([file, imports]) =>
  imports.map((one) => judge(file, one)).filter(Boolean),
);
breaches.push(...findCycles());
for (const breach of breaches) console.error(breach);
if (breaches.length > 0) process.exitCode = 1;

function importsOf(file) {
  const text = readFileSync(join(source, file), 'utf8').replace(/^\s*(\/\/|\*|\/\*).*$/gm, '');
  const found = [];
  for (const match of text.matchAll(/\b(import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+)?'([^']+)'/g)) {
    found.push({ specifier: match[3], typeOnly: match[2] !== undefined });
  }
  for (const match of text.matchAll(/\bimport\(\s*'([^']+)'\s*\)/g))
    found.push({ specifier: match[1], typeOnly: false });
  return found.map((one) => ({ ...one, file: resolve(file, one.specifier) }));
}

function resolve(from, specifier) {
  if (!specifier.startsWith('.')) return undefined;
  return normalize(join(dirname(from), specifier))
    .split(sep)
    .join('/')
    .replace(/\.js$/, '.ts');
}

function ringOf(file) {
  if (CORE.some((pattern) => pattern.test(file))) return 'core';
  return ADAPTERS.some((name) => file.startsWith(`lib/${name}/`)) ? 'adapter' : 'shell';
}

function judge(from, { specifier, file: to, typeOnly }) {
  const ring = ringOf(from);
  const says = (why) => `${from} imports ${specifier}: ${why}`;
  if (to === undefined) {
    for (const [name, folder] of Object.entries(OWNED)) {
      const isIt = specifier === name || specifier.startsWith(`${name}/`);
      if (isIt && !from.startsWith(folder)) return says(`only ${folder} may`);
    }
    const pure = typeOnly || PURE_PACKAGES.has(specifier);
    return ring === 'core' && !pure ? says('the core is pure') : undefined;
  }
  if (!files.includes(to)) return says('there is no such file');
  const target = ringOf(to);
  if (ring === 'core' && target !== 'core')
    return to === 'lib/log.ts' && typeOnly ? undefined : says(`core may not import ${target}`);
  if (ring === 'adapter') {
    if (FOR_ALL.has(to)) return undefined;
    if (target === 'shell') return says('adapters import neither config nor shell');
    if (target === 'adapter' && folderOf(from) !== folderOf(to))
      return says('adapters do not know each other');
  }
  return undefined;
}

function folderOf(file) {
  return file.split('/')[1];
}

/** Cycles through type-only imports don't exist at run time, but still say that two rooms are one. */
function findCycles() {
  const found = new Set();
  const done = new Set();
  const walk = (file, trail) => {
    const at = trail.indexOf(file);
    if (at >= 0) {
      found.add(`cycle: ${[...trail.slice(at), file].join(' -> ')}`);
      return;
    }
    if (done.has(file)) return;
    for (const one of graph.get(file) ?? []) if (one.file) walk(one.file, [...trail, file]);
    done.add(file);
  };
  for (const file of files) walk(file, []);
  return [...found];
}

console.log(
  `${files.length} files, ${[...graph.values()].flat().length} imports, ${breaches.length} breaches (${relative(root, source)})`,
);
