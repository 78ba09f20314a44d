/**
 * Durable throughput of hip beside that of a bare node:http server, under the same load in the same run: warmed up,
 * rounds in turn, medians. Ends with exit code 1 when a ratio misses its target, or when what is on disk is not what
 * was acknowledged.
 *
 *   npm run bench -- posts [--rounds 5] [--seconds 4] [--connections 50] [--lines 1] [--close]
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { measureSyncMs } from './disk.js';
import { startHip } from './hip.js';
import { describeMachine, isMain, median, render } from './report.js';

const WARM_UP_SECONDS = 3;
/** A round's own: the first requests of new connections are not what is measured. */
const SETTLE_SECONDS = 0.5;
/** What is promised, of the bare server's rate. */
const TARGETS = { keep: 0.65, close: 0.7 };

const here = dirname(fileURLToPath(import.meta.url));

/**
 * @param {{connections?: number, lines?: number, close?: boolean, rounds?: number, seconds?: number}} plan
 * @returns medians of `bare` and `hip`, `ratio`, `ratios` of the rounds, `syncMs` of the disk
 */
export async function measurePosts({ connections = 50, lines = 1, close = false, rounds = 5, seconds = 4 }) {
  const folder = mkdtempSync(join(tmpdir(), 'hip-bench-'));
  const load = fork(join(here, 'load.js'));
  const bare = fork(join(here, 'bare.js'));
  const [{ port: barePort }] = await once(bare, 'message');
  const hip = await startHip(folder);
  try {
    const syncMs = measureSyncMs(folder);
    const plan = { connections, lines, close, rounds, seconds };
    const measured = await measureRounds({ plan, load, barePort, hip });
    const { journal } = await hip.status();
    const stored = journal.waiting;
    return { ...plan, ...measured, syncMs, stored, duplicates: journal.duplicates };
  } finally {
    await hip.stop();
    bare.kill();
    load.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Bare and hip in turn, so that whatever else the machine does meets both. */
async function measureRounds({ plan, load, barePort, hip }) {
  const { connections, lines, close, rounds, seconds } = plan;
  const results = { bare: [], hip: [] };
  let acknowledged = 0;
  let run = 0;
  const drive = async (port, duration, warmUpSeconds) => {
    load.send({ port, connections, lines, close, seconds: duration, warmUpSeconds, run: run++ });
    const [result] = await once(load, 'message');
    if (port === hip.port) acknowledged += result.acknowledged * lines;
    return result;
  };
  await drive(barePort, WARM_UP_SECONDS, 0);
  await drive(hip.port, WARM_UP_SECONDS, 0);
  for (let round = 0; round < rounds; round++) {
    results.bare.push(await drive(barePort, seconds, SETTLE_SECONDS));
    results.hip.push(await drive(hip.port, seconds, SETTLE_SECONDS));
    process.stderr.write('.');
  }
  const ratios = results.hip.map(({ rate }, i) => rate / results.bare[i].rate);
  const failures = [...results.bare, ...results.hip].reduce((sum, r) => sum + r.refused + r.failed, 0);
  const middle = (list) => ({
    rate: median(list.map((r) => r.rate)),
    p50: median(list.map((r) => r.latencyMs.p50)),
    p99: median(list.map((r) => r.latencyMs.p99)),
    busy: median(list.map((r) => r.busy)),
  });
  const [bare, own] = [middle(results.bare), middle(results.hip)];
  return { bare, hip: own, ratio: median(ratios), ratios, acknowledged, failures };
}

/** Null where nothing was promised. */
export function targetOf({ connections, lines, close }) {
  return connections === 50 && lines === 1 ? TARGETS[close ? 'close' : 'keep'] : null;
}

/** What a result misses, in words. */
export function judgePosts(result) {
  const target = targetOf(result);
  const misses = [];
  if (target !== null && result.ratio < target) misses.push(`under ${target}`);
  if (result.stored !== result.acknowledged) {
    misses.push(`${result.acknowledged} acknowledged, ${result.stored} on disk`);
  }
  return misses;
}

async function main() {
  const { values } = parseArgs({
    allowPositionals: true,
    options: {
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '4' },
      connections: { type: 'string', default: '50' },
      lines: { type: 'string', default: '1' },
      close: { type: 'boolean', default: false },
    },
  });
  const [rounds, seconds, connections, lines] = ['rounds', 'seconds', 'connections', 'lines'].map((name) =>
    Number(values[name]),
  );
  const result = await measurePosts({ rounds, seconds, connections, lines, close: values.close });
  const row = (name, { rate, p50, p99, busy }) => [
    name,
    Math.round(rate).toLocaleString('en'),
    `${p50.toFixed(1)} / ${p99.toFixed(1)} ms`,
    `${Math.round(busy * 100)} %`,
  ];
  const head = ['', 'per second', 'p50 / p99', 'generator busy'];
  const table = [head, row('bare node:http, answers', result.bare), row('hip, punches on disk', result.hip)];
  const target = targetOf(result);
  const told = [
    `\n${render(table)}\n`,
    `ratio ${result.ratio.toFixed(2)}${target === null ? '' : ` (target ${target})`}; rounds ${result.ratios.map((r) => r.toFixed(2)).join(' ')}`,
    `${result.acknowledged} acknowledged, ${result.stored} on disk, ${result.duplicates} duplicates, ${result.failures} refused or failed`,
    `disk: 4 KiB written and synced in ${result.syncMs.toFixed(2)} ms (median)`,
    describeMachine(),
  ];
  process.stdout.write(`${told.join('\n')}\n`);
  if (judgePosts(result).length > 0) process.exitCode = 1;
}

if (isMain('posts', import.meta.url)) await main();
