import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectTo, type TestConnection } from '../support/connection.js';
import { type Mariadb, startMariadb } from '../support/mariadb.js';
import { createProgram, type Program, type Spawned } from '../support/program.js';

const PATIENCE_MS = 60_000;

interface Summary {
  readonly sent: number;
  readonly acknowledged: number;
  readonly refused: number;
}

describe('MySQL stopped before, during and after a load', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hip-outage-'));
  const started: Spawned[] = [];
  let mysql: Mariadb;
  let program: Program;
  let connection: TestConnection | undefined;

  beforeAll(async () => {
    mysql = await startMariadb();
    const setup = await connectTo(mysql.url);
    await setup.sql('CREATE DATABASE payroll');
    await setup.close();
    program = await createProgram(folder, {
      database: { url: `${mysql.url}/payroll`, connectTimeoutMs: 2_000, queryTimeoutMs: 5_000 },
    });
  });

  afterAll(async () => {
    await connection?.close();
    for (const { child } of started) child.kill('SIGKILL');
    await Promise.all(started.map(({ ended }) => ended));
    await mysql.close();
    rmSync(folder, { recursive: true });
  });

  async function load(seed: number, count: number): Promise<Summary> {
    const spawned = program.spawn([
      ...['simulate', '--devices', '10', '--rate', '500', '--count', String(count), '--seed', String(seed)],
      ...['--target', program.target, '--json'],
    ]);
    started.push(spawned);
    await spawned.ended;
    return JSON.parse(spawned.output().stdout) as Summary;
  }

  it('keeps answering OK, shows backlog and error, and delivers every punch once without a restart', async () => {
    await mysql.stop();
    started.push(await program.serve());

    expect(await load(1, 300)).toMatchObject({ acknowledged: 300, refused: 0 });
    await expect
      .poll(async () => (await program.status()).sink.error, { timeout: PATIENCE_MS })
      .toMatch(/reach|refused|connect/i);
    expect(await program.status()).toMatchObject({
      journal: { waiting: 300 },
      sink: { configured: true, reachable: false },
    });

    await mysql.start();
    const during = load(2, 1_000);
    await expect
      .poll(async () => (await program.status()).journal.delivered, { timeout: PATIENCE_MS })
      .toBeGreaterThan(300);
    await mysql.kill();
    expect(await during).toMatchObject({ acknowledged: 1_000, refused: 0 });

    await mysql.start();
    await expect.poll(async () => (await program.status()).journal.waiting, { timeout: PATIENCE_MS }).toBe(0);
    await mysql.stop();
    expect(await load(3, 200)).toMatchObject({ acknowledged: 200, refused: 0 });
    await mysql.start();
    await expect.poll(async () => (await program.status()).journal.waiting, { timeout: PATIENCE_MS }).toBe(0);

    connection = await connectTo(`${mysql.url}/payroll`);
    const rows = await connection.sql(
      'SELECT COUNT(*) AS n, COUNT(DISTINCT device_sn, user_id, check_time) AS different FROM device_logs',
    );
    expect(rows).toEqual([{ n: 1_500, different: 1_500 }]);
    expect(await program.status()).toMatchObject({
      sink: { reachable: true, error: null },
      journal: { delivered: 1_500 },
    });
  }, 240_000);
});
