import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { userKey } from '../../src/lib/punch.js';
import { connectTo, type TestConnection } from '../support/connection.js';
import { type Mariadb, startMariadb } from '../support/mariadb.js';
import { createProgram, type Program, type Spawned } from '../support/program.js';

const PATIENCE_MS = 90_000;
const DEVICES = 20;
const PUNCHES = 1_500;

interface Sent {
  readonly deviceSn: string;
  readonly userId: string;
  readonly time: string;
}

describe('20 ADMS and 20 FKWeb devices at once on one port, MySQL killed and restarted twice', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hip-families-'));
  const ledgers = { adms: join(folder, 'adms.ndjson'), fkweb: join(folder, 'fkweb.ndjson') };
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

  function load(dialect: 'adms' | 'fkweb', seed: number): Spawned {
    const spawned = program.spawn([
      ...['simulate', '--dialect', dialect, '--devices', String(DEVICES), '--seed', String(seed)],
      ...['--rate', '100', '--count', String(PUNCHES), '--batch', '3', '--ledger', ledgers[dialect]],
      ...['--target', program.target, '--json'],
    ]);
    started.push(spawned);
    return spawned;
  }

  async function backlog(bound: 'none' | number): Promise<void> {
    const waiting = expect.poll(async () => (await program.status()).journal.waiting, {
      timeout: PATIENCE_MS,
    });
    await (bound === 'none' ? waiting.toBe(0) : waiting.toBeGreaterThan(bound));
  }

  it('the set that was sent is the set of rows in MySQL, none twice', async () => {
    started.push(await program.serve());
    const loads = [load('adms', 11), load('fkweb', 12)];
    for (let round = 1; round <= 2; round += 1) {
      await expect
        .poll(() => readLedger(ledgers.fkweb).length, { timeout: PATIENCE_MS })
        .toBeGreaterThan(300 * round);
      await mysql.kill();
      await backlog(100);
      await mysql.start();
      await backlog('none');
    }
    for (const { ended, output } of loads) {
      expect(await ended).toBe(0);
      expect(JSON.parse(output().stdout)).toMatchObject({
        acknowledged: PUNCHES,
        unacknowledged: 0,
        refused: 0,
      });
    }
    await backlog('none');

    const sent = [...readLedger(ledgers.adms), ...readLedger(ledgers.fkweb)].map(identityOf).sort();
    expect(new Set(sent).size).toBe(2 * PUNCHES);
    connection = await connectTo(`${mysql.url}/payroll`);
    const rows = await connection.sql(
      'SELECT device_sn AS deviceSn, user_id AS userId, check_time AS time FROM device_logs',
    );
    expect(rows.map((row) => identityOf(row as unknown as Sent)).sort()).toEqual(sent);
    expect(new Set(rows.map(({ deviceSn }) => deviceSn)).size).toBe(2 * DEVICES);
    expect((await program.status()).journal).toMatchObject({
      delivered: 2 * PUNCHES,
      rejected: 0,
      quarantined: 0,
    });
  }, 300_000);
});

function identityOf({ deviceSn, userId, time }: Sent): string {
  return [deviceSn, userKey(userId), time].join('|');
}

function readLedger(file: string): Sent[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n');
  // The last line may be half written while the load runs.
  return lines.slice(0, -1).map((line) => JSON.parse(line) as Sent);
}
