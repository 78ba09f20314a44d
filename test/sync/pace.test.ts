import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createLock } from '../../src/lib/journal/lock.js';
import { announceListener, createPace } from '../../src/lib/shell/serve/listener-presence.js';
import { FakeClock } from '../forwarder/rig.js';

let dataDir: string;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'hip-pace-'));
});
afterEach(() => rmSync(dataDir, { recursive: true }));

/** How long a commit of 40 ms is rested after. */
async function restMs(): Promise<number> {
  const startMs = performance.now();
  await createPace(dataDir).rest(startMs - 40);
  return performance.now() - startMs;
}

it('rests beside a listener for as long as it worked, and not at all without one', async () => {
  const presence = announceListener(dataDir, new FakeClock());
  expect(await restMs()).toBeGreaterThan(35);
  presence.end();
  expect(await restMs()).toBeLessThan(35);
});

it('a listener that starts while somebody looks announces itself a moment later', async () => {
  const clock = new FakeClock();
  const look = createLock(join(dataDir, 'listener.lock'), 'shared');
  look.tryAcquire();
  const presence = announceListener(dataDir, clock);
  look.release();
  expect(await restMs()).toBeLessThan(35);
  await clock.advance(1_000);
  expect(await restMs()).toBeGreaterThan(35);
  presence.end();
});
