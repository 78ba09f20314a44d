import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/lib/app.js';
import { loadConfig } from '../../src/lib/config.js';
import type { Clock } from '../../src/lib/forwarder/clock.js';
import { openJournal } from '../../src/lib/journal/open.js';
import { silentLog } from '../../src/lib/log.js';
import { wallSeconds } from '../../src/lib/punch.js';
import { startServe } from '../../src/lib/shell/serve/serve-app.js';
import { exchange } from '../support/exchange.js';
import {
  faultsOfPunches,
  faultsOfReply,
  loadWireCases,
  renderHttp,
  type WireCase,
} from '../support/wire-case.js';

/** Every wire case, over a real socket against the whole of hip: listener, dialect, journal, and what is kept. */
const cases = loadWireCases(join(import.meta.dirname, '../wire'));

describe.concurrent('wire cases against the running listener', () => {
  for (const wireCase of cases) {
    it(`${wireCase.dialect}/${wireCase.name}`, async () => {
      expect(await faultsOf(wireCase)).toEqual([]);
    });
  }
});

async function faultsOf(wireCase: WireCase): Promise<string[]> {
  const dataDir = mkdtempSync(join(tmpdir(), 'hip-wire-'));
  const serve = await start(wireCase, dataDir);
  const journal = openJournal({ dataDir });
  try {
    for (const name of wireCase.setup.after ?? []) {
      const before = cases.find((one) => one.name === name && one.dialect === wireCase.dialect);
      if (!before) throw new Error(`${wireCase.name} builds on ${name}, which is not there`);
      await exchange(serve.address.port, renderHttp(before.request));
    }
    const known = new Set([...journal.punches({})].map(identityOf));
    const unlock = wireCase.setup.journal === 'cannot commit' ? lockJournal(journal.path) : () => undefined;
    const reply = await exchange(serve.address.port, renderHttp(wireCase.request));
    unlock();
    const found = [...journal.punches({})].filter((punch) => !known.has(identityOf(punch)));
    // What is suspect depends on the day on which the test runs.
    const expected = wireCase.expect.punches.map(({ suspect: _, ...punch }) => punch);
    return [
      ...faultsOfReply(wireCase.expect, reply),
      ...faultsOfPunches(expected, found),
      ...faultsKept(wireCase, journal),
    ];
  } finally {
    journal.close();
    await serve.stop();
    rmSync(dataDir, { recursive: true });
  }
}

function faultsKept(wireCase: WireCase, journal: ReturnType<typeof openJournal>): string[] {
  const { quarantined, nowhere = [] } = wireCase.expect;
  const faults: string[] = [];
  const items = journal.quarantine().map((item) => journal.quarantineItem(item.id));
  const kept = items.reduce((sum, item) => sum + (item?.count ?? 0), 0);
  // Cases that build on others find what those left in quarantine as well.
  if (
    quarantined !== undefined &&
    !wireCase.setup.after &&
    wireCase.setup.journal === undefined &&
    kept !== quarantined
  ) {
    faults.push(`${kept} in quarantine, not ${quarantined}`);
  }
  const everything = JSON.stringify([
    [...journal.punches({})],
    journal.devices(),
    journal.commands(),
    items.map((item) => [item?.reason, item?.origin, Buffer.from(item?.content ?? []).toString('latin1')]),
  ]);
  for (const secret of nowhere) if (everything.includes(secret)) faults.push(`${secret} was kept`);
  return faults;
}

async function start(wireCase: WireCase, dataDir: string) {
  const { setup } = wireCase;
  await prepare(wireCase, dataDir);
  const sn = deviceOf(wireCase);
  const device = {
    ...(setup.statusMap && { statusMap: setup.statusMap }),
    ...(setup.fkReply && { fkReply: setup.fkReply }),
  };
  const loaded = loadConfig({
    cwd: dataDir,
    env: {},
    flags: {
      dataDir,
      'serve.port': 0,
      'serve.host': '127.0.0.1',
      'serve.statusPort': 0,
      'serve.timeZone': offsetText(setup.utcOffsetMinutes ?? 420),
      'serve.pathPrefix': setup.pathPrefix,
      'serve.maxBodyBytes': setup.maxBodyBytes,
      'serve.plainDeviceSn': setup.plainDeviceSn,
      ...(sn !== null && Object.keys(device).length > 0 && { devices: { [sn]: device } }),
    },
  });
  const clock =
    setup.wallNow === undefined ? systemClock : clockAt(setup.wallNow, setup.utcOffsetMinutes ?? 420);
  return startServe(loaded, { version: '0.0.0', log: silentLog, clock });
}

/** What the journal must hold before: the device's stamps and facts, and commands with the ids of the case. */
async function prepare(wireCase: WireCase, dataDir: string): Promise<void> {
  const { device, pendingCommands = [] } = wireCase.setup;
  const sn = deviceOf(wireCase);
  if (sn === null || (!device && pendingCommands.length === 0)) return;
  const journal = openJournal({ dataDir });
  await journal.append({ source: 'adms', receivedAt: new Date(), punches: [], device: { sn, ...device } });
  journal.close();
  // The journal numbers commands itself; the cases know theirs from captures.
  const db = new DatabaseSync(journal.path);
  for (const { id, verb, text } of pendingCommands) {
    db.prepare(
      `INSERT INTO command (id, device_sn, verb, text, state, created_at) VALUES (?, ?, ?, ?, 'waiting', ?)`,
    ).run(Number(id), sn, verb, text, Date.now());
  }
  db.close();
}

function lockJournal(path: string): () => void {
  const db = new DatabaseSync(path);
  db.exec('BEGIN IMMEDIATE');
  return () => db.close();
}

/** Timers of the world, but the PC's wall clock stands at `wallNow`. */
function clockAt(wallNow: string, utcOffsetMinutes: number): Clock {
  const nowMs = wallSeconds(wallNow) * 1000 - utcOffsetMinutes * 60_000;
  return { ...systemClock, nowMs: () => nowMs };
}

function deviceOf({ request }: WireCase): string | null {
  const fromQuery = /[?&]sn=([^&]*)/i.exec(request.target)?.[1];
  const header = request.rawHeaders.findIndex((name) => name.toLowerCase() === 'dev_id');
  return fromQuery ?? (header >= 0 ? (request.rawHeaders[header + 1] ?? null) : null);
}

function identityOf(punch: { deviceSn: string; userId: string; time: string }): string {
  return `${punch.deviceSn} ${punch.userId} ${punch.time}`;
}

function offsetText(minutes: number): string {
  const size = Math.abs(minutes);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}
