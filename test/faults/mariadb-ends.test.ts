import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { withPrivateDatabase } from '../support/private-database.js';
import { createDice, PLAN } from './dice.js';
import { tell, withOffice } from './office.js';

const dice = createDice(PLAN.seed);
const WAIT = { timeout: 120_000, interval: 5 };
const LOAD = { count: 1_000_000, rate: 150 };
/** Per row. Few are inserted at once, so a statement takes about 50 ms: nine tenths of all time is spent in one. */
const ROW_SECONDS = 0.006;
const MOST_INTO_MS = 30;

/** What ends a statement half-way, at a row that chance chooses. */
describe(`laws 2 and 4: ended in mid-insert (seed ${PLAN.seed})`, () => {
  const database = withPrivateDatabase();
  const office = withOffice({ database });

  /** Each row takes its time from now on, so that an end finds a statement under way. */
  async function slowDown(): Promise<void> {
    const serving = await office.serve();
    expect(await office.load('fkweb', { count: 20, rate: 0 }).ended).toBe(0);
    await expect.poll(async () => (await office.program.status()).journal.waiting, WAIT).toBe(0);
    expect(serving.child.exitCode).toBeNull();
    await database.sql(
      `CREATE TRIGGER slowly BEFORE INSERT ON device_logs FOR EACH ROW SET NEW.status = NEW.status + SLEEP(${ROW_SECONDS})`,
    );
  }

  /** A session of hip's that has been inserting for as long as chance says. */
  async function insertUnderWay(): Promise<number> {
    let id = 0;
    const leastMs = dice.between(0, MOST_INTO_MS);
    await expect
      .poll(async () => {
        const rows = await database.sql(
          `SELECT ID AS id FROM information_schema.PROCESSLIST
          WHERE USER = ? AND INFO LIKE 'INSERT%' AND TIME_MS >= ? LIMIT 1`,
          [office.account.user, leastMs],
        );
        id = Number(rows[0]?.id ?? 0);
        return id;
      }, WAIT)
      .toBeGreaterThan(0);
    return id;
  }

  it.each(['QUERY', 'CONNECTION'] as const)(
    'KILL %s at random',
    async (what) => {
      await slowDown();
      office.load('adms', LOAD);
      const times = PLAN.rounds * 3;
      let hits = 0;
      while (hits < times) {
        const id = await insertUnderWay();
        // It may have ended between the look and the blow.
        const hit = await database.sql(`KILL ${what} ${id}`).then(() => true, isGone);
        if (hit) hits += 1;
      }
      await database.sql('DROP TRIGGER slowly');
      const sum = await office.settle();
      tell(`MariaDB: KILL ${what} in mid-insert`, { times: hits, punches: sum.rows });
    },
    300_000 + PLAN.rounds * 120_000,
  );

  it.each(['shut down', 'killed'] as const)(
    'the server is %s and started again',
    async (how) => {
      await slowDown();
      office.load('adms', LOAD);
      for (let round = 0; round < PLAN.rounds; round += 1) {
        await insertUnderWay();
        await (how === 'killed' ? database.server.kill() : database.server.stop());
        const before = office.acknowledged();
        await expect.poll(() => office.acknowledged(), WAIT).toBeGreaterThan(before + 20);
        await database.server.start();
      }
      await database.sql('DROP TRIGGER slowly');
      const sum = await office.settle();
      tell(`MariaDB: ${how} in mid-insert`, { times: PLAN.rounds, punches: sum.rows });
    },
    300_000 + PLAN.rounds * 120_000,
  );
});

function isGone(error: unknown): false {
  const NO_SUCH_THREAD = 1094;
  if ((error as { errno?: number }).errno !== NO_SUCH_THREAD) throw error;
  return false;
}

const isRoot = process.getuid?.() === 0;

/** A file system of the server's own, small enough to fill in a moment; mounting one takes root. */
describe.runIf(isRoot)("law 4: the disk of the database's server fills up", () => {
  const mount = mkdtempSync(join(tmpdir(), 'hip-faults-server-'));
  // The body runs in any case, to be told what there is to run.
  if (isRoot) execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=128m', 'tmpfs', mount]);
  afterAll(() => {
    execFileSync('umount', [mount]);
    rmdirSync(mount);
  });
  const database = withPrivateDatabase({ folder: mount });
  const office = withOffice({ database });

  it('and is made room on', async () => {
    await office.serve();
    expect(await office.load('fkweb', { count: 20, rate: 0 }).ended).toBe(0);
    await expect.poll(async () => (await office.program.status()).journal.waiting, WAIT).toBe(0);
    const filler = join(mount, 'filler');
    fill(filler);
    office.load('adms', { ...LOAD, rate: 0 });
    await expect.poll(async () => (await office.program.status()).sink.error, WAIT).toMatch(/full/);
    const before = office.acknowledged();
    await expect.poll(() => office.acknowledged(), WAIT).toBeGreaterThan(before + 20);
    rmSync(filler);
    const sum = await office.settle();
    tell('MariaDB: its disk is full (real file system)', { times: 1, punches: sum.rows });
  }, 300_000);

  function fill(file: string): void {
    for (const size of [1_048_576, 4_096]) {
      try {
        for (;;) writeFileSync(file, Buffer.alloc(size), { flag: 'a' });
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      }
    }
  }
});
