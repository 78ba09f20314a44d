import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { loadConfig } from '../../../src/lib/config.js';
import { createDialects } from '../../../src/lib/dialects/index.js';
import type { Journal } from '../../../src/lib/journal/journal.js';
import { openJournal } from '../../../src/lib/journal/open.js';
import { retryQuarantine } from '../../../src/lib/shell/lists/quarantine-retry.js';

const RECEIVED_AT = new Date('2026-11-20T01:00:00.000Z');
const ORIGIN = JSON.stringify({
  method: 'POST',
  target: '/iclock/cdata?SN=SIM1&table=ATTLOG',
  rawHeaders: [],
});

function open(env: NodeJS.ProcessEnv = {}) {
  const dataDir = mkdtempSync(join(tmpdir(), 'hip-retry-'));
  const journal = openJournal({ dataDir });
  onTestFinished(() => {
    journal.close();
    rmSync(dataDir, { recursive: true });
  });
  return { journal, loaded: loadConfig({ cwd: dataDir, env, flags: { dataDir } }) };
}

/** As if an older hip had not understood these lines. */
function quarantine(journal: Journal, ...lines: readonly string[]) {
  const unread = lines.map((line) => ({
    reason: 'time is not a date',
    bytes: new TextEncoder().encode(line),
  }));
  const device = { sn: 'SIM1', dialect: 'adms' };
  return journal.append({
    source: 'adms',
    receivedAt: RECEIVED_AT,
    punches: [],
    unread,
    origin: ORIGIN,
    device,
  });
}

it('stores what can be read now, and keeps the rest', async () => {
  const { journal, loaded } = open();
  await quarantine(journal, '7\t2026-11-20 08:00:00\t0\t1', '8\tnever\t0\t1');
  expect(await retryQuarantine(journal, loaded)).toEqual({ stored: 1, duplicates: 0, remaining: 1 });
  expect([...journal.punches({})]).toMatchObject([
    { deviceSn: 'SIM1', userId: '7', state: 'waiting', receivedAt: RECEIVED_AT.toISOString() },
  ]);
});

it('is no way around the approval of devices', async () => {
  const { journal, loaded } = open({ HIP_SERVE_DEVICES: 'approved' });
  await quarantine(journal, '7\t2026-11-20 08:00:00\t0\t1');
  await retryQuarantine(journal, loaded);
  expect([...journal.punches({})]).toMatchObject([{ userId: '7', state: 'held' }]);
});

it('what a dialect still fails on keeps nobody from the others', async () => {
  const { journal, loaded } = open();
  await quarantine(journal, 'boom', '7\t2026-11-20 08:00:00\t0\t1');
  const dialects = createDialects().map((dialect) => ({
    ...dialect,
    read: (...[request, context]: Parameters<typeof dialect.read>) => {
      if (Buffer.from(request.body).toString() === 'boom') throw new TypeError('a bug');
      return dialect.read(request, context);
    },
  }));
  expect(await retryQuarantine(journal, loaded, dialects)).toEqual({
    stored: 1,
    duplicates: 0,
    remaining: 1,
  });
});
