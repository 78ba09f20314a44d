/**
 * What `hip serve` needs: idle, with thousands of devices polling, and with a backlog of millions.
 *
 *   npm run bench -- memory [--devices 10000] [--seconds 60] [--backlog 5000000]
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startHip } from './hip.js';
import { describeMachine, isMain } from './report.js';
import { writeAlog } from './sync-alog.js';
import { cpuOf, runHip } from './sync-hip.js';

const here = dirname(fileURLToPath(import.meta.url));
const POLL_SECONDS = 10;
const IDLE_SECONDS = 10;
/** What is promised with 10,000 devices. */
const TARGETS = { cores: 0.5, megabytes: 200, p99Ms: 50 };

/** @returns `idleMb`, `pollMb`, `cores`, `p99Ms`, `failed` */
export async function measurePolling({ devices = 10_000, seconds = 60 } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'hip-bench-polls-'));
  const hip = await startHip(folder);
  const load = fork(join(here, 'polls.js'));
  try {
    await after(IDLE_SECONDS);
    const idleMb = residentMb(hip.pid);
    // Everyone greets once in the first round; the second round on is the daily one.
    load.send({ port: hip.port, devices, pollSeconds: POLL_SECONDS, seconds });
    await once(load, 'message');
    const [startCpu, startMs] = [cpuOf(hip.pid), performance.now()];
    const [result] = await once(load, 'message');
    const cores = (cpuOf(hip.pid) - startCpu) / ((performance.now() - startMs) / 1000);
    return { devices, idleMb, pollMb: residentMb(hip.pid), cores, ...result };
  } finally {
    load.kill();
    await hip.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @returns `backlogMb` of `hip serve` with so many punches waiting, `startSeconds` until it takes requests */
export async function measureBacklog({ punches = 5_000_000 } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'hip-bench-backlog-'));
  const dataDir = join(folder, 'data');
  try {
    const logDir = dirname(writeAlog(folder, punches));
    // A port where nobody listens: all that is read waits.
    await runHip(['sync', '--log-dir', logDir, '--json'], { port: 1, dataDir, code: 3 });
    rmSync(logDir, { recursive: true });
    const startMs = performance.now();
    const hip = await startHip(dataDir);
    const startSeconds = (performance.now() - startMs) / 1000;
    try {
      await after(IDLE_SECONDS);
      const { journal } = await hip.status();
      return { waiting: journal.waiting, backlogMb: residentMb(hip.pid), startSeconds };
    } finally {
      await hip.stop();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export function judgePolling({ devices, cores, pollMb, p99Ms, failed }) {
  if (devices !== 10_000) return [];
  const misses = [];
  if (cores > TARGETS.cores) misses.push(`over ${TARGETS.cores} cores`);
  if (pollMb > TARGETS.megabytes) misses.push(`over ${TARGETS.megabytes} MB`);
  if (p99Ms > TARGETS.p99Ms) misses.push(`p99 over ${TARGETS.p99Ms} ms`);
  if (failed > 0) misses.push(`${failed} failed`);
  return misses;
}

function residentMb(pid) {
  const [, kib] = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kib) / 1024;
}

function after(seconds) {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}

async function main() {
  const { values } = parseArgs({
    allowPositionals: true,
    options: {
      devices: { type: 'string', default: '10000' },
      seconds: { type: 'string', default: '60' },
      backlog: { type: 'string', default: '5000000' },
    },
  });
  const polling = await measurePolling({ devices: Number(values.devices), seconds: Number(values.seconds) });
  const backlog = await measureBacklog({ punches: Number(values.backlog) });
  const misses = judgePolling(polling);
  const told = [
    `idle ${polling.idleMb.toFixed(0)} MB`,
    `${polling.devices} devices polling every ${POLL_SECONDS} s: ${polling.cores.toFixed(2)} cores, ${polling.pollMb.toFixed(0)} MB, ` +
      `p50 ${polling.p50Ms.toFixed(1)} ms, p99 ${polling.p99Ms.toFixed(1)} ms, ${polling.answered} answered, ${polling.failed} failed` +
      ` (${misses.join(', ') || 'reached'})`,
    `${backlog.waiting} punches waiting: ${backlog.backlogMb.toFixed(0)} MB, started in ${backlog.startSeconds.toFixed(1)} s`,
    describeMachine(),
  ];
  process.stdout.write(`${told.join('\n')}\n`);
  if (misses.length > 0) process.exitCode = 1;
}

if (isMain('memory', import.meta.url)) await main();
