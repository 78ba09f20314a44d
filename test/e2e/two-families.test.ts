import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { userKey } from '../../src/lib/punch.js';
import { withPayroll } from '../support/payroll.js';
import type { Spawned } from '../support/program.js';

const PATIENCE_MS = 90_000;
const DEVICES = 20;
const PUNCHES = 1_500;

interface Sent {
  readonly deviceSn: string;
  readonly userId: string;
  readonly time: string;
}

describe('20 ADMS and 20 FKWeb devices at once on one port, MySQL killed and restarted twice', () => {
  const payroll = withPayroll('families');
  const { folder } = payroll;
  const ledgers = { adms: join(folder, 'adms.ndjson'), fkweb: join(folder, 'fkweb.ndjson') };

  const load = (dialect: 'adms' | 'fkweb', seed: number): Spawned =>
    payroll.simulate(
      ...['--dialect', dialect, '--devices', String(DEVICES), '--seed', String(seed)],
      ...['--rate', '100', '--count', String(PUNCHES), '--batch', '3', '--ledger', ledgers[dialect]],
    );

  it('the set that was sent is the set of rows in MySQL, none twice', async () => {
    await payroll.serve();
    const loads = [load('adms', 11), load('fkweb', 12)];
    for (let round = 1; round <= 2; round += 1) {
      await expect
        .poll(() => readLedger(ledgers.fkweb).length, { timeout: PATIENCE_MS })
        .toBeGreaterThan(300 * round);
      await payroll.mysql.kill();
      await payroll.until(({ journal }) => journal.waiting > 100);
      await payroll.mysql.start();
      await payroll.until(({ journal }) => journal.waiting === 0);
    }
    for (const { ended, output } of loads) {
      expect(await ended).toBe(0);
      expect(JSON.parse(output().stdout)).toMatchObject({
        acknowledged: PUNCHES,
        unacknowledged: 0,
        refused: 0,
      });
    }
    await payroll.until(({ journal }) => journal.waiting === 0);

    const sent = [...readLedger(ledgers.adms), ...readLedger(ledgers.fkweb)].map(identityOf).sort();
    expect(new Set(sent).size).toBe(2 * PUNCHES);
    const rows = await payroll.sql(
      'SELECT device_sn AS deviceSn, user_id AS userId, check_time AS time FROM device_logs',
    );
    expect(rows.map((row) => identityOf(row as unknown as Sent)).sort()).toEqual(sent);
    expect(new Set(rows.map(({ deviceSn }) => deviceSn)).size).toBe(2 * DEVICES);
    expect((await payroll.program.status()).journal).toMatchObject({
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
