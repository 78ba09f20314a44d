// Fuzzes longer than `npm test` does:
//
//   npm run test:fuzz -- [--requests 100000] [--seed N] [--connections 48] [--runs 5000] [-- vitest arguments]
//
// `--requests`: mutated requests to a running listener. `--runs`: bent inputs per property of dialects and formats.
// A failing run names its seed, and the seed sends the same again.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const options = {
  requests: { type: 'string', default: '100000' },
  runs: { type: 'string', default: '5000' },
  connections: { type: 'string', default: '48' },
  seed: { type: 'string', default: String(Date.now() % 1_000_000) },
};
const { values, positionals } = readArguments();

const folder = mkdtempSync(join(tmpdir(), 'hip-fuzz-report-'));
const report = join(folder, 'report.txt');
const suite = spawn(
  process.execPath,
  [
    join(root, 'scripts/test.js'),
    ...(positionals.length > 0 ? positionals : ['test/fuzz']),
    '--maxWorkers=1',
  ],
  {
    cwd: root,
    stdio: 'inherit',
    env: {
      ...process.env,
      HIP_TEST_FUZZ_REQUESTS: values.requests,
      HIP_TEST_FUZZ_RUNS: values.runs,
      HIP_TEST_FUZZ_CONNECTIONS: values.connections,
      HIP_TEST_FUZZ_SEED: values.seed,
      HIP_TEST_FUZZ_REPORT: report,
    },
  },
);
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => suite.kill('SIGTERM'));
const [code] = await once(suite, 'exit');
if (existsSync(report)) console.log(`\n${readFileSync(report, 'utf8')}`);
rmSync(folder, { recursive: true });
console.log(`Seed ${values.seed}, Node ${process.versions.node}.`);
process.exitCode = code ?? 1;

function readArguments() {
  try {
    const parsed = parseArgs({ options, allowPositionals: true });
    const wrong = Object.keys(options).find((name) => !/^\d+$/.test(parsed.values[name]));
    if (wrong) throw new Error(`--${wrong} must be a whole number`);
    return parsed;
  } catch (error) {
    console.error(
      `${error.message}\nnpm run test:fuzz -- [--requests N] [--runs N] [--connections N] [--seed N]`,
    );
    process.exit(2);
  }
}
