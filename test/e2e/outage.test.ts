import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Mariadb, startMariadb } from '../support/mariadb.js';
import { createProgram, type Program, type Spawned } from './program.js';

/** Longer than the backoff can have grown to in these short outages. */
const RETURN_TIMEOUT_MS = 60_000;

describe('law 4: unknown failure means keep', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hip-outage-'));
  const started: Spawned[] = [];
  let mariadb: Mariadb;
  let program: Program;

  beforeAll(async () => {
    mariadb = await startMariadb();
    await query('CREATE DATABASE hip CHARACTER SET utf8mb4');
    program = await createProgram(folder, { database: { url: `${mariadb.url}/hip` } });
  });

  afterAll(async () => {
    for (const { child } of started) child.kill('SIGKILL');
    await Promise.all(started.map(({ ended }) => ended));
    await mariadb?.close();
    rmSync(folder, { recursive: true });
  });

  it('MySQL away before, during and after a load: devices hear OK, all rows arrive in one copy, without a restart', async () => {
    await mariadb.stop();
    started.push(await program.serve());

    await simulate({ seed: 1, count: 200 });
    const before = await program.status();
    expect(before.journal.waiting).toBe(200);
    expect(before.sink).toMatchObject({ configured: true, reachable: false });
    expect(before.sink.error).not.toBeNull();
    expect(before.forwarder).toMatchObject({ state: 'backing-off', error: { code: 'HIP_DB_CONNECT' } });
    await mariadb.start();
    await allDelivered();

    const during = simulate({ seed: 2, count: 900, rate: 300 });
    await expect.poll(() => delivered(), { timeout: RETURN_TIMEOUT_MS, interval: 20 }).toBeGreaterThan(300);
    await mariadb.kill();
    await during;
    await mariadb.start();
    await allDelivered();

    await mariadb.stop();
    await simulate({ seed: 3, count: 200 });
    expect((await program.status()).journal.waiting).toBe(200);
    await mariadb.start();
    await allDelivered();

    const status = await program.status();
    expect(status.journal).toMatchObject({ delivered: 1_300, rejected: 0 });
    expect(status.sink).toMatchObject({ reachable: true, error: null });
    expect(await query('SELECT COUNT(*) AS copies FROM hip.device_logs')).toEqual([{ copies: 1_300 }]);
  }, 240_000);

  /** All acknowledged at the first try: exit code 0 and nothing refused. */
  async function simulate(run: { seed: number; count: number; rate?: number }): Promise<void> {
    const { seed, count, rate = 0 } = run;
    const pace = ['--devices', '5', '--seed', `${seed}`, '--count', `${count}`, '--rate', `${rate}`];
    const spawned = program.spawn(['simulate', ...pace, '--target', program.target, '--json']);
    started.push(spawned);
    expect(await spawned.ended).toBe(0);
    const summary = JSON.parse(spawned.output().stdout);
    expect(summary).toMatchObject({ acknowledged: count, refused: 0, unanswered: 0 });
  }

  async function delivered(): Promise<number | undefined> {
    return (await program.status()).journal.delivered;
  }

  async function allDelivered(): Promise<void> {
    await expect
      .poll(async () => (await program.status()).journal.waiting, { timeout: RETURN_TIMEOUT_MS })
      .toBe(0);
  }

  async function query(sql: string): Promise<unknown> {
    const connection = await createConnection({ uri: mariadb.url });
    try {
      return (await connection.query(sql))[0];
    } finally {
      await connection.end();
    }
  }
});
