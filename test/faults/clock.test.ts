import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { installPackages } from '../support/packages.js';
import { tell, withOffice } from './office.js';

const LIBRARY = '/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1';
const WAIT = { timeout: 120_000, interval: 20 };

beforeAll(async () => {
  if (!existsSync(LIBRARY)) await installPackages('libfaketime', ['libfaketime']);
}, 300_000);

describe("law 5: this PC's clock jumps under load", () => {
  const office = withOffice();
  const clock = join(office.folder, 'clock');

  it('an hour, a day, ten years, to and fro: no punch is lost, none doubled', async () => {
    writeFileSync(clock, '+0\n');
    const environment = [
      `LD_PRELOAD=${LIBRARY}`,
      `FAKETIME_TIMESTAMP_FILE=${clock}`,
      'FAKETIME_NO_CACHE=1',
      'DONT_FAKE_MONOTONIC=1',
    ];
    office.start(['env', ...environment]);
    await expect.poll(() => existsSync(join(office.folder, 'serve.json')), WAIT).toBe(true);
    office.load('adms', { count: 1_000_000, rate: 150 });
    office.load('fkweb', { count: 1_000_000, rate: 150 });
    const jumps = ['+1h', '-1d', '+3650d', '-3650d', '+450d', '+0'];
    for (const jump of jumps) {
      writeFileSync(clock, `${jump}\n`);
      const before = office.acknowledged();
      await expect.poll(() => office.acknowledged(), WAIT).toBeGreaterThan(before + 100);
    }
    const sum = await office.settle();
    tell('the PC clock jumps', { times: jumps.length, punches: sum.rows });
  }, 300_000);
});
