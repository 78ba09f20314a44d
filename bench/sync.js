/**
 * A long text file, read, journaled and delivered by the built `hip sync` to a MariaDB on this machine, beside what
 * `LOAD DATA LOCAL INFILE` takes for the same rows into an equal table of the same server, before and after. Both
 * tables are compared afterwards. Ends with exit code 1 when a target is missed or the tables differ.
 *
 *   npm run bench -- sync [--lines 1000000] [--rounds 1] [--far] [--delay 100]
 *
 * --far puts a proxy before the server that adds `--delay` milliseconds to each direction.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { measureSyncMs } from './disk.js';
import { describeMachine, isMain, median, render } from './report.js';
import { writeAlog, writeRows } from './sync-alog.js';
import { cpuOf, runSync } from './sync-hip.js';
import { startMariadb } from './sync-mariadb.js';
import { startDelay } from './sync-proxy.js';
import { createTables, loadData } from './sync-tables.js';

const MOST_RATIO = 2;
const LEAST_FAR_RATE = 30_000;
const MOST_RSS_MB = 250;

/**
 * @param {{lines: number, rounds?: number, far?: boolean, delayMs?: number}} plan
 * @returns medians: `seconds`, `rate` (rows per second), `loadSeconds`, `ratio`, `peakMb`, and every round
 */
export async function measureSync({ lines, rounds = 1, far = false, delayMs = 100 }) {
  const folder = mkdtempSync(join(tmpdir(), 'hip-bench-sync-'));
  const server = await startMariadb(folder);
  const line = far ? await startDelay({ port: server.port, delayMs }) : null;
  try {
    const logDir = dirname(writeAlog(folder, lines));
    const port = line?.port ?? server.port;
    const rowsFile = writeRows(folder, lines);
    const tables = await createTables(server);
    const syncMs = measureSyncMs(folder);
    const measured = [];
    for (let round = 0; round < rounds; round++) {
      measured.push(await measureRound({ server, tables, rowsFile, lines, hip: { folder, logDir, port } }));
      process.stderr.write('.');
    }
    process.stderr.write('\n');
    await tables.close();
    const of = (pick) => median(measured.map(pick));
    return {
      lines,
      far,
      delayMs,
      syncMs,
      serverVersion: server.version,
      seconds: of((r) => r.seconds),
      rate: of((r) => r.rate),
      loadSeconds: of((r) => r.loadSeconds),
      ratio: of((r) => r.ratio),
      peakMb: Math.max(...measured.map((r) => r.peakMb)),
      rounds: measured,
    };
  } finally {
    line?.close();
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The yardstick before and after, since other work on a machine comes and goes within a minute. */
async function measureRound({ server, tables, rowsFile, lines, hip }) {
  const measureLoad = async () => {
    const startCpu = cpuOf(server.pid);
    const seconds = await loadData(tables, rowsFile);
    return { seconds, cpu: cpuOf(server.pid) - startCpu };
  };
  const before = await measureLoad();
  const loadedCpu = cpuOf(server.pid);
  const { seconds, cpuSeconds, peakMb } = await runSync({ ...hip, lines });
  const serverCpu = cpuOf(server.pid) - loadedCpu;
  await tables.compare(lines);
  const after = await measureLoad();
  await tables.empty();
  const loadSeconds = (before.seconds + after.seconds) / 2;
  const cpu = { load: (before.cpu + after.cpu) / 2, hip: cpuSeconds, server: serverCpu };
  return { loadSeconds, seconds, cpu, peakMb, rate: lines / seconds, ratio: seconds / loadSeconds };
}

/** What a result misses, in words. */
export function judgeSync({ far, rate, ratio, peakMb }) {
  const misses = [];
  if (far && rate < LEAST_FAR_RATE) misses.push(`under ${LEAST_FAR_RATE} rows/s`);
  if (!far && ratio > MOST_RATIO) misses.push(`over ${MOST_RATIO} times LOAD DATA`);
  if (peakMb > MOST_RSS_MB) misses.push(`over ${MOST_RSS_MB} MB`);
  return misses;
}

/** @returns {string[][]} title row and one row per result */
export function tabulateSync(results) {
  const head = ['', 'lines', 'seconds', 'rows/s', 'LOAD DATA', 'ratio', 'peak RSS', ''];
  const rows = results.map((result) => [
    result.far ? `hip sync, ${2 * result.delayMs} ms away` : 'hip sync, local',
    result.lines.toLocaleString('en'),
    result.seconds.toFixed(1),
    Math.round(result.rate).toLocaleString('en'),
    `${result.loadSeconds.toFixed(1)} s`,
    result.ratio.toFixed(2),
    `${Math.round(result.peakMb)} MB`,
    judgeSync(result).join(', ') || 'reached',
  ]);
  return [head, ...rows];
}

async function main() {
  const { values } = parseArgs({
    allowPositionals: true,
    options: {
      lines: { type: 'string', default: '1000000' },
      rounds: { type: 'string', default: '1' },
      far: { type: 'boolean', default: false },
      delay: { type: 'string', default: '100' },
    },
  });
  const { far } = values;
  const [lines, rounds, delayMs] = [values.lines, values.rounds, values.delay].map(Number);
  const result = await measureSync({ lines, rounds, far, delayMs });
  const each = result.rounds.map(({ seconds, ratio, cpu }) => {
    const [hip, server, load] = [cpu.hip, cpu.server, cpu.load].map((time) => time.toFixed(1));
    return `${seconds.toFixed(1)} s (${ratio.toFixed(2)}); processor: hip ${hip} s, its server ${server} s, LOAD DATA ${load} s`;
  });
  const notes = [
    ...each.map((round, i) => `round ${i + 1}: ${round}`),
    `disk: 4 KiB written and synced in ${result.syncMs.toFixed(2)} ms (median)`,
    `${describeMachine()}, ${result.serverVersion}`,
  ];
  process.stdout.write(`${render(tabulateSync([result]))}\n\n${notes.join('\n')}\n`);
  if (judgeSync(result).length > 0) process.exitCode = 1;
}

if (isMain('sync', import.meta.url)) await main();
