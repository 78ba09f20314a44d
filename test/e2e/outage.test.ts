import { describe, expect, it } from 'vitest';
import { withPayroll } from '../support/payroll.js';

interface Summary {
  readonly sent: number;
  readonly acknowledged: number;
  readonly refused: number;
}

describe('MySQL stopped before, during and after a load', () => {
  const payroll = withPayroll('outage');

  async function load(seed: number, count: number): Promise<Summary> {
    const { ended, output } = payroll.simulate(
      ...['--devices', '10', '--rate', '500', '--count', String(count), '--seed', String(seed)],
    );
    await ended;
    return JSON.parse(output().stdout) as Summary;
  }

  it('keeps answering OK, shows backlog and error, and delivers every punch once without a restart', async () => {
    const { mysql } = payroll;
    await mysql.stop();
    await payroll.serve();

    expect(await load(1, 300)).toMatchObject({ acknowledged: 300, refused: 0 });
    await payroll.until(({ sink }) => /reach|refused|connect/i.test(sink.error ?? ''));
    expect(await payroll.program.status()).toMatchObject({
      journal: { waiting: 300 },
      sink: { configured: true, reachable: false },
    });

    await mysql.start();
    const during = load(2, 1_000);
    await payroll.until(({ journal }) => journal.delivered > 300);
    await mysql.kill();
    expect(await during).toMatchObject({ acknowledged: 1_000, refused: 0 });

    await mysql.start();
    await payroll.until(({ journal }) => journal.waiting === 0);
    await mysql.stop();
    expect(await load(3, 200)).toMatchObject({ acknowledged: 200, refused: 0 });
    await mysql.start();
    await payroll.until(({ journal }) => journal.waiting === 0);

    const rows = await payroll.sql(
      'SELECT COUNT(*) AS n, COUNT(DISTINCT device_sn, user_id, check_time) AS different FROM device_logs',
    );
    expect(rows).toEqual([{ n: 1_500, different: 1_500 }]);
    expect(await payroll.program.status()).toMatchObject({
      sink: { reachable: true, error: null },
      journal: { delivered: 1_500 },
    });
  }, 240_000);
});
