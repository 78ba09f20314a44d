import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createProgram, type Program, type Spawned } from '../support/program.js';

/** Whoever reads along may leave, and the disk of a redirected output may be full. */

const COUNT = 4_000;
let folder: string;
let program: Program;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hip-output-'));
  program = await createProgram(folder, {});
});
afterAll(() => rmSync(folder, { recursive: true }));

async function push(sn: string, body: string): Promise<string> {
  const url = `${program.target}/iclock/cdata?SN=${sn}&table=ATTLOG`;
  return (await fetch(url, { method: 'POST', body })).text();
}

/** Starts `hip` with its output redirected as a shell does it. */
function redirected(redirection: string, args: readonly string[]): Spawned {
  return program.spawn(args, ['sh', '-c', `exec "$@" ${redirection}`, 'sh']);
}

/** Punches of devices that never called before: each makes a line in the log. */
async function callAnew(prefix: string): Promise<void> {
  for (let i = 0; i < 5; i += 1) {
    expect(await push(`${prefix}${i}`, `${i}\t2026-11-20 08:00:00\t0\t1\n`)).toBe('OK: 1');
  }
}

function logLines(): readonly string[] {
  const logs = join(folder, 'logs');
  return readdirSync(logs).flatMap((file) => readFileSync(join(logs, file), 'utf8').trim().split('\n'));
}

async function end(serving: Spawned): Promise<void> {
  serving.child.kill('SIGTERM');
  await serving.ended;
}

describe('a listener goes on', () => {
  it('when whoever reads its output leaves', async () => {
    const serving = await program.serve();
    onTestFinished(() => end(serving));
    serving.child.stdout?.destroy();
    serving.child.stderr?.destroy();
    await callAnew('CQZ000000100');
    expect(serving.child.exitCode).toBeNull();
    const told = logLines().filter((line) => line.includes('Nobody sees the log on the terminal any more'));
    expect(told).toHaveLength(1);
    await end(serving);
    expect(serving.child.exitCode).toBe(0);
  });

  it.each(['>/dev/full', '2>/dev/full', '>/dev/full 2>&1'])('with %s', async (redirection) => {
    const serving = redirected(redirection, ['serve']);
    onTestFinished(() => end(serving));
    await expect.poll(() => push('CQZ0000000017', '').catch(() => ''), { timeout: 60_000 }).toMatch(/^OK/);
    await callAnew(`CQZ${redirection.length}00000`);
    await end(serving);
    expect(serving.child.exitCode).toBe(0);
  });
});

describe('a command that only reports', () => {
  beforeAll(async () => {
    const serving = await program.serve();
    const lines = Array.from({ length: COUNT }, (_, i) => `${i}\t2026-11-20 08:00:00\t0\t1\n`);
    expect(await push('CQZ0000000017', lines.join(''))).toBe(`OK: ${COUNT}`);
    await end(serving);
  });

  const LINES = ['status', 'devices', 'punches --format csv', 'punches --format ndjson', 'punches --json'];

  it.each(LINES)('ends without a word when its reader has seen enough: hip %s', async (line) => {
    const spawned = redirected('', line.split(' '));
    spawned.child.stdout?.destroy();
    expect(await spawned.ended).toBe(0);
    expect(spawned.output().stderr).toBe('');
  });

  it.each(LINES)('says in one line that the disk is full: hip %s', async (line) => {
    const spawned = redirected('>/dev/full', line.split(' '));
    expect(await spawned.ended).toBe(3);
    expect(spawned.output().stderr).toMatch(
      /^hip: not all of the output could be written: ENOSPC: no space left on device.*\n$/,
    );
  });

  it('gives all of it through a pipe', async () => {
    const spawned = redirected('| cat', ['punches', '--format', 'csv']);
    expect(await spawned.ended).toBe(0);
    expect(
      spawned
        .output()
        .stdout.split('\r\n')
        .filter((line) => line.includes('CQZ0000000017')),
    ).toHaveLength(COUNT);
  });
});
