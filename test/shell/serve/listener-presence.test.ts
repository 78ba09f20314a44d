import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { HipError } from '../../../src/lib/errors.js';
import { alreadyServed, announceListener } from '../../../src/lib/shell/serve/listener-presence.js';
import { FakeClock } from '../../forwarder/rig.js';

let dataDir: string;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'hip-presence-'));
});
afterEach(() => rmSync(dataDir, { recursive: true }));

it('of two on one data folder the second knows of the first, until that one ends', async () => {
  const clock = new FakeClock();
  const first = announceListener(dataDir, clock);
  const second = announceListener(dataDir, clock);
  expect([first.isAlone, second.isAlone]).toEqual([true, false]);
  first.end();
  // At once, and it stands for itself a moment later.
  expect(second.isAlone).toBe(true);
  await clock.advance(1_000);
  const third = announceListener(dataDir, clock);
  expect([second.isAlone, third.isAlone]).toEqual([true, false]);
  third.end();
  second.end();
});

it('names the other one only where the port is taken', () => {
  const taken = new HipError('HIP_PORT_IN_USE', 'Port 9090 is taken.', { suggestions: ['Look'] });
  expect(alreadyServed(dataDir, taken)).toMatchObject({
    code: 'HIP_PORT_IN_USE',
    message: expect.stringContaining('Another hip serve'),
    suggestions: ['Look'],
  });
  const other = new Error('bug');
  expect(alreadyServed(dataDir, other)).toBe(other);
});
