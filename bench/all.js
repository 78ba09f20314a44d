/** All benches, one after the other, as one table (see run.js). */
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { judgePolling, measureBacklog, measurePolling } from './memory.js';
import { judgePosts, measurePosts, targetOf } from './posts.js';
import { measurePrevious } from './previous.js';
import { describeMachine } from './report.js';
import { measureStart, START_TARGETS } from './start.js';
import { judgeSync, measureSync } from './sync.js';

const PAGE = join(dirname(dirname(fileURLToPath(import.meta.url))), 'docs/performance.md');
const MARKS = ['<!-- figures: npm run bench -- --write -->', '<!-- end of figures -->'];
const isQuick = process.argv.includes('--quick');
/** Law 1 costs one wait for the disk per commit; where that is long, it sets the ceiling. */
const SLOW_DISK_MS = 0.5;
const PREVIOUS_TIMES = 100;

const asked = process.argv.find((word) => word.startsWith('--rounds='));
const rounds = isQuick ? 1 : Number(asked?.slice(9) ?? 5);
const seconds = isQuick ? 1 : 3;
const whole = (number) => Math.round(number).toLocaleString('en');
const rows = [['work', 'hip', 'yardstick', 'ratio', 'target', '']];
let syncMs = 0;

await tellPosts();
await tellSync();
await tellStart();
await tellMemory();
report();

async function tellPosts() {
  for (const close of [false, true]) {
    for (const connections of [1, 50, 500]) {
      progress(`posts, ${connections} ${close ? 'closing' : 'kept'}`);
      const result = await measurePosts({ connections, close, rounds, seconds });
      syncMs ||= result.syncMs;
      const target = targetOf(result);
      rows.push([
        `durable POSTs, ${connections} ${close ? 'at a time, `Connection: close`' : 'kept connections'}`,
        `${whole(result.hip.rate)}/s, p99 ${result.hip.p99.toFixed(1)} ms`,
        `bare node:http ${whole(result.bare.rate)}/s`,
        result.ratio.toFixed(2),
        target === null ? '' : `${target} or more`,
        target === null ? judgePosts(result).join(', ') : verdict(judgePosts(result)),
      ]);
    }
  }
  progress('posts of 100 lines');
  const hundred = await measurePosts({ lines: 100, rounds: Math.min(rounds, 3), seconds });
  progress('the previous way');
  const previous = await measurePrevious({ seconds: seconds * 3 });
  const rate = hundred.hip.rate * 100;
  const misses = rate < previous * PREVIOUS_TIMES ? ['missed'] : judgePosts(hundred);
  rows.push([
    '100-line ATTLOG posts, 50 connections',
    `${whole(rate)} punches/s`,
    `the previous way ${whole(previous)} punches/s`,
    (rate / previous).toFixed(0),
    `${PREVIOUS_TIMES} or more`,
    verdict(misses),
  ]);
}

async function tellSync() {
  for (const far of [false, true]) {
    progress(far ? 'sync, 200 ms away' : 'sync');
    const lines = isQuick ? 50_000 : 1_000_000;
    const result = await measureSync({ lines, far, rounds: Math.ceil(rounds / 2) });
    rows.push([
      `sync of ${whole(lines)} lines${far ? ', MySQL 200 ms away' : ''}`,
      `${result.seconds.toFixed(1)} s, ${whole(result.rate)} rows/s, ${whole(result.peakMb)} MB`,
      `LOAD DATA ${result.loadSeconds.toFixed(1)} s`,
      result.ratio.toFixed(2),
      far ? '30,000 rows/s or more' : '2 or less',
      verdict(judgeSync(result)),
    ]);
  }
}

async function tellStart() {
  progress('start');
  const medians = await measureStart(isQuick ? 5 : 15);
  for (const [name, words] of [
    ['version', 'hip --version'],
    ['status', 'hip status'],
    ['sync', 'hip sync --once, nothing to do'],
  ]) {
    const ratio = medians[name] / medians.hello;
    const target = START_TARGETS[name];
    rows.push([
      `\`${words}\``,
      `${medians[name].toFixed(0)} ms`,
      `oclif hello ${medians.hello.toFixed(0)} ms, \`node -e 0\` ${medians.node.toFixed(0)} ms`,
      ratio.toFixed(2),
      target ? `${target} or less` : '',
      target ? verdict(ratio > target ? ['missed'] : []) : '',
    ]);
  }
}

async function tellMemory() {
  progress('10,000 devices');
  const polling = await measurePolling({ devices: isQuick ? 1_000 : 10_000, seconds: isQuick ? 10 : 60 });
  rows.push(['`hip serve`, idle', `${whole(polling.idleMb)} MB`, '', '', '', '']);
  rows.push([
    `${whole(polling.devices)} devices polling every 10 s`,
    `${polling.cores.toFixed(2)} cores, ${whole(polling.pollMb)} MB, p99 ${polling.p99Ms.toFixed(1)} ms`,
    '',
    '',
    '0.5 cores, 200 MB, p99 50 ms or less',
    verdict(judgePolling(polling)),
  ]);
  progress('backlog');
  const backlog = await measureBacklog({ punches: isQuick ? 100_000 : 5_000_000 });
  const told = `${whole(backlog.backlogMb)} MB, started in ${backlog.startSeconds.toFixed(1)} s`;
  rows.push([`${whole(backlog.waiting)} punches waiting, no database`, told, '', '', '', '']);
}

function report() {
  const disk =
    `One write and sync of 4 KiB takes this disk ${syncMs.toFixed(2)} ms (median)` +
    (syncMs > SLOW_DISK_MS
      ? `: at most ${whole(1000 / syncMs)} commits/s, however many punches each holds.`
      : '.');
  const line = (cells) => `| ${cells.join(' | ')} |`;
  const table = [line(rows[0]), `|${'---|'.repeat(rows[0].length)}`, ...rows.slice(1).map(line)].join('\n');
  const told = `${table}\n\n${disk}\n\n${describeMachine()}, median of ${rounds} rounds, ${new Date().toISOString().slice(0, 10)}.`;
  process.stdout.write(`\n${told}\n`);
  if (process.argv.includes('--write')) write(told);
  if (rows.some((cells) => cells.at(-1) !== '' && !['reached', ''].includes(cells.at(-1))))
    process.exitCode = 1;
}

function write(told) {
  const text = readFileSync(PAGE, 'utf8');
  const [start, end] = MARKS.map((mark) => text.indexOf(mark));
  if (start < 0 || end < start) throw new Error(`${PAGE} lacks its marks`);
  writeFileSync(PAGE, `${text.slice(0, start + MARKS[0].length)}\n\n${told}\n\n${text.slice(end)}`);
}

function verdict(misses) {
  return misses.join(', ') || 'reached';
}

function progress(what) {
  process.stderr.write(`${what} `);
}
