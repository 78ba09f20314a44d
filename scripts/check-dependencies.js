// What hip is made of beside its own code, and whether that may be passed on.
//
//   node scripts/check-dependencies.js                  fails on a licence that is not in the list below, on a known
//                                                       vulnerability (high or worse), or when docs/licences.md is old
//   node scripts/check-dependencies.js --write          writes docs/licences.md
//   node scripts/check-dependencies.js --sbom FILE      writes the bill of materials (CycloneDX) of a release
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const page = join(root, 'docs/licences.md');

/** Licences that let a program be passed on, also as one file, for no more than a copy of their text. */
const ALLOWED = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT-0',
  'Python-2.0',
  'Unlicense',
  'Zlib',
]);

/** What package.json says in a form of its own, or does not say. */
const SAID_OTHERWISE = new Map([
  // "MIT/X11"
  ['chainsaw', 'MIT'],
  // Names none. It comes with exceljs for reading workbooks as streams, which hip does not do, and is left out of the
  // executables (scripts/bundle.js).
  ['buffers', 'none, not delivered'],
]);

const { values } = parseArgs({ options: { write: { type: 'boolean' }, sbom: { type: 'string' } } });
const bill = readBill();
const packages = bill.components
  .map(({ name, version, licenses = [] }) => ({ name, version, licence: licenceOf(name, licenses) }))
  .sort((a, b) => (a.name < b.name ? -1 : 1));

if (values.sbom) writeFileSync(values.sbom, `${JSON.stringify(bill, null, 2)}\n`);
else if (values.write) writeFileSync(page, renderPage(packages));
else check();

function check() {
  const faults = packages
    .filter(({ licence }) => !isAllowed(licence))
    .map(({ name, version, licence }) => `${name} ${version}: licence ${licence} is not in the list`);
  if (readFileSync(page, 'utf8') !== renderPage(packages)) {
    faults.push('docs/licences.md is old: node scripts/check-dependencies.js --write');
  }
  const known = askForVulnerabilities();
  if (known.asked) faults.push(...known.found);
  for (const fault of faults) console.error(fault);
  const asked = known.asked ? 'none known to be vulnerable' : `vulnerabilities not asked for: ${known.why}`;
  console.log(`${packages.length} packages, ${faults.length} faults, ${asked}`);
  process.exitCode = faults.length === 0 ? 0 : 1;
}

/** What is delivered, with all it depends on; nothing that only builds or tests. */
function readBill() {
  const { status, stdout, stderr } = npm(['sbom', '--omit=dev', '--sbom-format', 'cyclonedx']);
  if (status !== 0) throw new Error(`npm sbom failed: ${stderr}`);
  return JSON.parse(stdout);
}

/** A registry that gives no answer is no reason to stop: it is said, and asked again the next time. */
function askForVulnerabilities() {
  const { stdout } = npm(['audit', '--omit=dev', '--json', '--fetch-retries=0', '--fetch-timeout=10000']);
  const answer = JSON.parse(stdout || '{}');
  if (!answer.vulnerabilities) return { asked: false, why: answer.message ?? 'no answer' };
  const found = Object.values(answer.vulnerabilities)
    .filter(({ severity }) => severity === 'high' || severity === 'critical')
    .map(({ name, severity, range }) => `${name} ${range}: ${severity} vulnerability, see npm audit`);
  return { asked: true, found };
}

function npm(args) {
  return spawnSync('npm', args, { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
}

function licenceOf(name, licenses) {
  const said = licenses.map(({ license, expression }) => expression ?? license.id ?? license.name);
  return SAID_OTHERWISE.get(name) ?? (said.join(' AND ') || 'unknown');
}

/** `(MIT OR GPL-3.0)` gives the choice, `MIT AND ISC` asks for both. */
function isAllowed(licence) {
  if (licence.endsWith('not delivered')) return true;
  const choices = licence.replace(/[()]/g, '').split(' OR ');
  return choices.some((choice) => choice.split(' AND ').every((each) => ALLOWED.has(each.trim())));
}

function renderPage(list) {
  const rows = list.map(({ name, version, licence }) => `| ${name} | ${version} | ${licence} |`);
  return `# Licences

hip itself is MIT. These packages are delivered with it, beside Node (MIT, with the licences its own LICENSE names).
Made by \`node scripts/check-dependencies.js --write\`; \`npm run check\` fails on a licence that asks for more than a copy
of its text.

| package | version | licence |
|---|---|---|
${rows.join('\n')}
`;
}
