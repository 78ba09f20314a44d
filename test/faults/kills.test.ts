import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Spawned } from '../support/program.js';
import { createDice, PLAN } from './dice.js';
import { tell, withOffice } from './office.js';
import { requireStrace, traced } from './strace.js';

const dice = createDice(PLAN.seed);
const WAIT = { timeout: 120_000, interval: 5 };
const LOAD = { count: 1_000_000, rate: 150 };

beforeAll(requireStrace, 300_000);

/** True when it ended by itself; bounded, since a point may never be reached. */
async function endsByItself(serving: Spawned, ms: number): Promise<boolean> {
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    serving.child.kill('SIGKILL');
  }, ms);
  await serving.ended;
  clearTimeout(timer);
  return !isLate && serving.child.signalCode !== null;
}

describe(`laws 1 and 2, SIGKILL at random (seed ${PLAN.seed})`, () => {
  const office = withOffice();

  it(
    `${PLAN.kills} times under load of both dialects and of files, nothing is lost or doubled`,
    async () => {
      let serving = await office.serve();
      office.load('adms', LOAD);
      office.load('fkweb', LOAD);
      for (let round = 0; round < PLAN.kills; round += 1) {
        if (round % 10 === 0) office.dropFile(500);
        const before = office.acknowledged();
        const syncing = round % 5 === 0 ? office.sync() : null;
        await expect.poll(() => office.acknowledged(), WAIT).toBeGreaterThan(before);
        // Somewhere between two commits, and not always after the same one.
        await new Promise((resolve) => setTimeout(resolve, dice.between(0, 120)));
        serving.child.kill('SIGKILL');
        await serving.ended;
        await syncing;
        serving = await office.serve();
      }
      expect(await office.sync()).toBe(0);
      const sum = await office.settle();
      expect(sum.acknowledged).toBeGreaterThan(PLAN.kills);
      tell('SIGKILL at random', { times: PLAN.kills, punches: sum.rows });
    },
    300_000 + PLAN.kills * 5_000,
  );
});

/** Where the process ends, as the kernel sees it; `n` is thrown anew for each round. */
const POINTS = [
  {
    name: 'before a write to the journal',
    calls: ['pwrite64'],
    inject: 'pwrite64:signal=SIGKILL',
    most: 400,
  },
  { name: 'before the sync of a commit', calls: ['fsync'], inject: 'fsync:signal=SIGKILL', most: 40 },
  { name: 'between commit and answer', calls: ['fsync'], inject: 'fsync:delay_exit=2000000', most: 40 },
] as const;

describe(`laws 1 and 2, SIGKILL between bytes-in and answer (seed ${PLAN.seed})`, () => {
  const office = withOffice();
  const log = join(office.folder, 'calls.log');

  it.each(POINTS)(
    '$name',
    async ({ name, calls, inject, most }) => {
      const quiet = await office.serve();
      const before = office.acknowledged();
      office.load('adms', LOAD);
      office.load('fkweb', LOAD);
      await expect.poll(() => office.acknowledged(), WAIT).toBeGreaterThan(before);
      quiet.child.kill('SIGKILL');
      await quiet.ended;
      let hits = 0;
      for (let round = 0; round < PLAN.rounds; round += 1) {
        // Opening the journal takes a handful of calls itself; a kill during recovery is a kill, too.
        const through = traced({
          log,
          calls,
          path: join(office.folder, 'hip.db-wal'),
          inject: `${inject}:when=${dice.between(8, most)}`,
        });
        // What it says of a round before is not to be taken for this one's.
        rmSync(log, { force: true });
        const spawned = office.start(through);
        if (inject.includes('delay')) await killWhenDelayed(spawned, log);
        if (await endsByItself(spawned, 120_000)) hits += 1;
      }
      const sum = await office.settle();
      expect(hits).toBe(PLAN.rounds);
      tell(`SIGKILL ${name}`, { times: hits, punches: sum.rows });
    },
    300_000 + PLAN.rounds * 30_000,
  );
});

/** strace says that it delays, then delays: in that time the commit is on disk and nobody has heard of it. */
async function killWhenDelayed(spawned: Spawned, log: string): Promise<void> {
  const isDelayed = (): boolean => existsSync(log) && readFileSync(log, 'utf8').includes('(DELAYED)');
  await expect.poll(() => isDelayed() || spawned.child.exitCode !== null, WAIT).toBe(true);
  spawned.child.kill('SIGKILL');
}

describe(`law 2, SIGKILL between MySQL and the journal (seed ${PLAN.seed})`, () => {
  const office = withOffice();

  it.each([
    { name: 'rows in MySQL, answer not heard', kind: 'answers-late' },
    { name: 'answer heard, not settled', kind: 'answers-then' },
  ] as const)(
    '$name',
    async ({ name, kind }) => {
      let hits = 0;
      for (let round = 0; round < PLAN.rounds; round += 1) {
        const serving = await office.serve();
        office.load('adms', { count: 200, rate: 0 });
        office.proxy.set({ kind, kill: () => serving.child.kill('SIGKILL') });
        await serving.ended;
        hits += office.proxy.strikes > 0 ? 1 : 0;
        office.proxy.set({ kind: 'none' });
      }
      const sum = await office.settle({ loadsEnd: true });
      expect(hits).toBe(PLAN.rounds);
      tell(`SIGKILL: ${name}`, { times: hits, punches: sum.rows });
    },
    300_000 + PLAN.rounds * 20_000,
  );
});
