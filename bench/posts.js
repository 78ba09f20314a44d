/**
 * Durable throughput of hip beside that of a bare node:http server, under the same load in the same run:
 * 50 kept connections, one punch per POST, warmed up, rounds in turn, medians. Ends with exit code 1 when the ratio is
 * below 0.6, or when what is on disk is not what was acknowledged.
 *
 *   npm run bench -- [posts] [--rounds 5] [--seconds 4] [--connections 50]
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { measureSyncMs } from './disk.js';
import { startHip } from './hip.js';

const TARGET_RATIO = 0.6;
const WARM_UP_SECONDS = 3;
/** A round's own: the first requests of new connections are not what is measured. */
const SETTLE_SECONDS = 0.5;

const here = dirname(fileURLToPath(import.meta.url));
const { values } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '4' },
    connections: { type: 'string', default: '50' },
  },
});
const plan = {
  rounds: Number(values.rounds),
  seconds: Number(values.seconds),
  connections: Number(values.connections),
};

const folder = mkdtempSync(join(tmpdir(), 'hip-bench-'));
try {
  process.exitCode = await bench(folder);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function bench(dataFolder) {
  const load = fork(join(here, 'load.js'));
  const bare = fork(join(here, 'bare.js'));
  const [{ port: barePort }] = await once(bare, 'message');
  const hip = await startHip(dataFolder);
  try {
    const syncMs = measureSyncMs(dataFolder);
    const measured = await measure({ load, barePort, hip });
    const { journal } = await hip.status();
    report({ ...measured, syncMs, stored: journal.waiting, duplicates: journal.duplicates });
    return measured.ratio >= TARGET_RATIO && journal.waiting === measured.acknowledged ? 0 : 1;
  } finally {
    await hip.stop();
    bare.kill();
    load.kill();
  }
}

/** Bare and hip in turn, so that whatever else the machine does meets both. */
async function measure({ load, barePort, hip }) {
  const rounds = { bare: [], hip: [] };
  let acknowledged = 0;
  let run = 0;
  const drive = async (port, seconds, warmUpSeconds) => {
    load.send({ port, connections: plan.connections, seconds, warmUpSeconds, run: run++ });
    const [result] = await once(load, 'message');
    if (port === hip.port) acknowledged += result.acknowledged;
    return result;
  };
  await drive(barePort, WARM_UP_SECONDS, 0);
  await drive(hip.port, WARM_UP_SECONDS, 0);
  for (let round = 0; round < plan.rounds; round++) {
    rounds.bare.push(await drive(barePort, plan.seconds, SETTLE_SECONDS));
    rounds.hip.push(await drive(hip.port, plan.seconds, SETTLE_SECONDS));
    process.stderr.write('.');
  }
  process.stderr.write('\n');
  const ratios = rounds.hip.map(({ rate }, i) => rate / rounds.bare[i].rate);
  return { rounds, acknowledged, ratio: median(ratios), ratios };
}

function report({ rounds, ratio, ratios, acknowledged, stored, duplicates, syncMs }) {
  const { version } = JSON.parse(readFileSync(join(dirname(here), 'package.json'), 'utf8'));
  const row = (name, results) => {
    const of = (pick) => median(results.map(pick));
    const latency = `${of((r) => r.latencyMs.p50).toFixed(1)} / ${of((r) => r.latencyMs.p99).toFixed(1)} ms`;
    const busy = `${Math.round(of((r) => r.busy) * 100)} %`;
    return [name, Math.round(of((r) => r.rate)).toLocaleString('en'), latency, busy];
  };
  const failures = [...rounds.bare, ...rounds.hip].reduce((sum, r) => sum + r.refused + r.failed, 0);
  const lines = [
    table([
      ['', 'per second', 'p50 / p99', 'generator busy'],
      row('bare node:http, answers', rounds.bare),
      row('hip, punches on disk', rounds.hip),
    ]),
    '',
    `ratio ${ratio.toFixed(2)} (target ${TARGET_RATIO}; rounds ${ratios.map((r) => r.toFixed(2)).join(' ')})`,
    `${acknowledged} acknowledged, ${stored} on disk, ${duplicates} duplicates, ${failures} refused or failed`,
    `disk: 4 KiB written and synced in ${syncMs.toFixed(2)} ms (median)`,
    `hip ${version}, Node ${process.version}, ${process.platform} ${process.arch}, ${availableParallelism()} x ${cpus()[0]?.model ?? 'unknown'}`,
    `${plan.connections} connections, ${plan.rounds} rounds of ${plan.seconds} s each, in turn`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

function table(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((cells) => cells[column].length)));
  const pad = (cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]));
  return rows.map((cells) => cells.map(pad).join('   ')).join('\n');
}

function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
