import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withDatabase } from '../support/database.js';
import { createProgram, type Program, type Spawned } from '../support/program.js';

const ROUNDS = 20;
/** Each round is killed after another number of acknowledged punches, from "just begun" to "well under way". */
const PUNCHES_UNTIL_KILL = [1, 40, 5, 120, 15, 80];
const SETTLE_TIMEOUT_MS = 60_000;

interface Acknowledged {
  readonly deviceSn: string;
  readonly userId: string;
  readonly time: string;
  readonly status: number;
  readonly verify: number;
}

describe('laws 1 and 2: commit, then answer; one identity', () => {
  const database = withDatabase();
  const folder = mkdtempSync(join(tmpdir(), 'hip-kill-'));
  const ledgerFile = join(folder, 'ledger.ndjson');
  const started: Spawned[] = [];
  let program: Program;

  beforeAll(async () => {
    program = await createProgram(folder, { database: { url: database.url } });
  });

  afterAll(async () => {
    for (const { child } of started) child.kill('SIGKILL');
    await Promise.all(started.map(({ ended }) => ended));
    rmSync(folder, { recursive: true });
  });

  async function serve(): Promise<Spawned> {
    const spawned = await program.serve();
    started.push(spawned);
    return spawned;
  }

  function startLoad(): Spawned {
    const load = ['--devices', '12', '--rate', '400', '--batch', '16', '--seed', '2', '--count', '1000000'];
    const until = ['--give-up', '60', '--ledger', ledgerFile, '--target', program.target, '--json'];
    const spawned = program.spawn(['simulate', ...load, ...until]);
    started.push(spawned);
    return spawned;
  }

  it(`killed ${ROUNDS} times in the middle of a load, every acknowledged punch is in MySQL exactly once`, async () => {
    let serving = await serve();
    const load = startLoad();
    for (let round = 0; round < ROUNDS; round += 1) {
      const enough = countLines(ledgerFile) + PUNCHES_UNTIL_KILL[round % PUNCHES_UNTIL_KILL.length]!;
      await expect
        .poll(() => countLines(ledgerFile), { timeout: SETTLE_TIMEOUT_MS, interval: 10 })
        .toBeGreaterThanOrEqual(enough);
      serving.child.kill('SIGKILL');
      await serving.ended;
      serving = await serve();
    }
    load.child.kill('SIGINT');
    await load.ended;
    const summary = JSON.parse(load.output().stdout) as { acknowledged: number; unanswered: number };

    await expect
      .poll(async () => (await program.status()).journal.waiting, { timeout: SETTLE_TIMEOUT_MS })
      .toBe(0);
    const { journal } = await program.status();
    const rows = await readRows();
    const ledger = readLedger(ledgerFile);
    expect(ledger.length).toBe(summary.acknowledged);
    expect(ledger.length).toBeGreaterThan(ROUNDS * 10);
    expect(summary.unanswered).toBeGreaterThanOrEqual(ROUNDS);
    expect(rows.filter(({ copies }) => copies !== 1)).toEqual([]);
    const stored = new Set(rows.map(render));
    expect(ledger.filter((punch) => !stored.has(render(punch)))).toEqual([]);
    expect(journal).toMatchObject({ delivered: rows.length, rejected: 0, quarantined: 0 });
  }, 240_000);

  /** Counted here and not left to the table's own key, which is under test as well. */
  async function readRows(): Promise<(Acknowledged & { readonly copies: number })[]> {
    const rows = await database.sql(
      `SELECT device_sn AS deviceSn, user_id AS userId, check_time AS time, MAX(status) AS status,
        MAX(verify_type) AS verify, COUNT(*) AS copies
      FROM device_logs GROUP BY device_sn, user_id, check_time`,
    );
    return rows as unknown as (Acknowledged & { readonly copies: number })[];
  }
});

function render({ deviceSn, userId, time, status, verify }: Acknowledged): string {
  return [deviceSn, userId, time, status, verify].join('|');
}

function readLedger(file: string): Acknowledged[] {
  return readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Acknowledged);
}

/** 0 until the load has begun. */
function countLines(file: string): number {
  try {
    return readFileSync(file, 'utf8').split('\n').length - 1;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return 0;
  }
}
