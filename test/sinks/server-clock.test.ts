import { expect, it } from 'vitest';
import { measureServerClock } from '../../src/lib/sinks/server-clock.js';
import { withDatabase } from '../support/database.js';
import { settingsFor } from './mysql-rig.js';

const database = withDatabase();

it("tells how far the server's clock is ahead, whatever zone the server lives in", async () => {
  const { signal } = new AbortController();
  const settings = settingsFor(database);
  const ahead = (nowMs: () => number) => measureServerClock(settings, { nowMs, signal });
  expect(Math.abs(await ahead(() => Date.now()))).toBeLessThanOrEqual(2);
  const slow = await ahead(() => Date.now() - 3_600_000);
  expect(Math.abs(slow - 3_600)).toBeLessThanOrEqual(2);
});

it('gives up when it is told to', async () => {
  const stopping = new AbortController();
  stopping.abort();
  const options = { nowMs: () => Date.now(), signal: stopping.signal };
  await expect(measureServerClock(settingsFor(database), options)).rejects.toThrow();
});
