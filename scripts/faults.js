// Runs the fault suites longer than `npm test` does:
//
//   npm run test:faults -- [--kills 200] [--rounds 5] [--seed N] [--write] [-- test files, vitest arguments]
//
// `--kills`: SIGKILLs at random under load. `--rounds`: repeats of every other fault that chance places. A failing run
// names its seed, and the seed repeats its choices. `--write` puts the counts into the table of docs/proof.md; rows of
// faults that this run left out stay as they were.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const page = join(root, 'docs/proof.md');
const MARKS = ['<!-- counts: npm run test:faults -- --write -->', '<!-- end of counts -->'];

const options = {
  kills: { type: 'string', default: '200' },
  rounds: { type: 'string', default: '5' },
  seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  write: { type: 'boolean', default: false },
};
const { values, positionals } = readArguments();

const folder = mkdtempSync(join(tmpdir(), 'hip-faults-report-'));
const report = join(folder, 'report.ndjson');
const startedMs = Date.now();
const suite = spawn(
  process.execPath,
  [
    join(root, 'scripts/test.js'),
    ...(positionals.length > 0 ? positionals : ['test/faults']),
    '--maxWorkers=1',
  ],
  {
    cwd: root,
    stdio: 'inherit',
    env: {
      ...process.env,
      HIP_TEST_FAULTS_KILLS: values.kills,
      HIP_TEST_FAULTS_ROUNDS: values.rounds,
      HIP_TEST_FAULTS_SEED: values.seed,
      HIP_TEST_FAULTS_REPORT: report,
    },
  },
);
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => suite.kill('SIGTERM'));
const [code] = await once(suite, 'exit');
const counts = existsSync(report) ? sumUp(readFileSync(report, 'utf8')) : new Map();
rmSync(folder, { recursive: true });

const minutes = ((Date.now() - startedMs) / 60_000).toFixed(0);
const day = new Date().toISOString().slice(0, 10);
const rows = new Map(
  [...counts].map(([fault, { times, punches }]) => [
    fault,
    `| ${fault} | ${times} | ${punches} | 0 | 0 | ${values.seed} | ${day} |`,
  ]),
);
console.log(`\n${render(rows)}\n\n${minutes} minutes, Node ${process.versions.node}.`);
if (code !== 0) console.log('Some failed, see above: what failed is not in the table.');
else if (values.write) write(rows);
process.exitCode = code ?? 1;

function readArguments() {
  try {
    const parsed = parseArgs({ options, allowPositionals: true });
    const wrong = Object.keys(options).find(
      (name) => options[name].type === 'string' && !/^\d+$/.test(parsed.values[name]),
    );
    if (wrong) throw new Error(`--${wrong} must be a whole number`);
    return parsed;
  } catch (error) {
    console.error(`${error.message}\nnpm run test:faults -- [--kills N] [--rounds N] [--seed N] [--write]`);
    process.exit(2);
  }
}

/** Faults that several tests tell of are added up. */
function sumUp(text) {
  const sums = new Map();
  for (const line of text.split('\n').filter(Boolean)) {
    const { fault, times, punches } = JSON.parse(line);
    const sum = sums.get(fault) ?? { times: 0, punches: 0 };
    sums.set(fault, { times: sum.times + times, punches: sum.punches + punches });
  }
  return sums;
}

function render(lines) {
  const head = [
    '| fault | times | rows compared | lost | doubled | seed | day |',
    '|---|---:|---:|---:|---:|---|---|',
  ];
  return [...head, ...lines.values()].join('\n');
}

function write(fresh) {
  const text = readFileSync(page, 'utf8');
  const [start, end] = MARKS.map((mark) => text.indexOf(mark));
  if (start < 0 || end < start) throw new Error(`${page} lacks its marks`);
  const kept = text.slice(start, end).match(/^\| .+ \| \d+ \| \d+ \| .*$/gm) ?? [];
  const all = new Map([...kept.map((line) => [line.split(' | ')[0].slice(2), line]), ...fresh]);
  writeFileSync(page, `${text.slice(0, start + MARKS[0].length)}\n\n${render(all)}\n\n${text.slice(end)}`);
}
