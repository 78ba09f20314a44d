import { describe, expect, it } from 'vitest';
import { createDice, PLAN } from './dice.js';
import { tell, withOffice } from './office.js';

const dice = createDice(PLAN.seed);
const WAIT = { timeout: 120_000, interval: 20 };
const RATE = 200;
/** Service managers wait for half a minute or more before they kill; hip takes five seconds at most when it is let. */
const MOST_MS = 25_000;

describe(`law 1: stopped under load (seed ${PLAN.seed})`, () => {
  const office = withOffice();

  it(
    'ends in order within seconds, and loses nothing that it acknowledged',
    async () => {
      let serving = await office.serve();
      office.load('adms', { count: 1_000_000, rate: RATE });
      office.load('fkweb', { count: 1_000_000, rate: RATE });
      const times = PLAN.rounds * 3;
      let slowestMs = 0;
      for (let round = 0; round < times; round += 1) {
        const before = office.acknowledged();
        await expect.poll(() => office.acknowledged(), WAIT).toBeGreaterThan(before + dice.between(0, 60));
        const startedMs = performance.now();
        serving.child.kill(dice.oneOf(['SIGTERM', 'SIGINT'] as const));
        expect(await serving.ended).toBe(0);
        slowestMs = Math.max(slowestMs, performance.now() - startedMs);
        serving = await office.serve();
      }
      expect(slowestMs).toBeLessThan(MOST_MS);
      const sum = await office.settle();
      tell('stop signal under load', { times, punches: sum.rows });
    },
    300_000 + PLAN.rounds * 30_000,
  );
});

describe('law 2: two processes on one journal', () => {
  const office = withOffice();

  it('hip serve and hip sync at once, frozen and thawed, make each punch one row', async () => {
    const serving = await office.serve();
    const times = 2;
    for (let round = 0; round < times; round += 1) {
      const before = office.acknowledged();
      // With an end: beside devices that never pause hip sync would wait for a minute.
      office.load('adms', { count: 600, rate: RATE });
      await expect.poll(() => office.acknowledged(), WAIT).toBeGreaterThan(before);
      office.dropFile(2_000);
      const syncing = office.sync();
      // Frozen with a lock in its hand: the other one waits or takes over, but never both.
      serving.child.kill('SIGSTOP');
      await new Promise((resolve) => setTimeout(resolve, dice.between(200, 1_200)));
      serving.child.kill('SIGCONT');
      expect(await syncing).toBeOneOf([0, 3]);
    }
    expect(await office.sync()).toBe(0);
    const sum = await office.settle({ loadsEnd: true });
    expect(sum.lines).toBe(times * 2_000);
    tell('two processes on one journal, one frozen', { times, punches: sum.rows });
  }, 300_000);
});
