import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { loadConfig } from '../../src/lib/config.js';
import type { Clock } from '../../src/lib/forwarder/clock.js';
import { openJournal } from '../../src/lib/journal/open.js';
import { silentLog } from '../../src/lib/log.js';
import { startServe } from '../../src/lib/shell/serve/serve-app.js';
import { startSniff } from '../../src/lib/shell/sniff/sniff-app.js';
import { createPunchSource } from '../../src/lib/simulate/punches.js';
import { SIMULATED_DIALECTS } from '../../src/lib/simulate/simulation.js';
import { openWire, type Wire } from '../../src/lib/simulate/wire.js';
import type { ExplainedExchange } from '../../src/lib/sniff/explained.js';
import { systemClock } from '../../src/lib/system-clock.js';

/** Those of ADMS stay connected, those of the FK family come and go. */
const DEVICES = { adms: 200, fkweb: 50 };
const ALL_DEVICES = 250;
const PUNCHES = 1;
const POLLS = 1;
/** The same moment in both runs: answers tell the time. */
const AT_MS = Date.UTC(2026, 10, 22, 5, 0, 0);
const STANDING_CLOCK: Clock = { ...systemClock, nowMs: () => AT_MS };

describe('hip sniff in front of hip serve', () => {
  it('changes no answer to many devices of both dialects at once', async () => {
    const direct = await startTarget();
    const answersOfDirect = await runDevices(direct.port);
    const punchesOfDirect = await direct.stop();

    const behind = await startTarget();
    const shown: ExplainedExchange[] = [];
    const open = new Set<number>();
    let mostOpen = 0;
    const sniff = await startSniff({
      loaded: loadConfig({ cwd: behind.dataDir, env: {} }),
      settings: {
        host: '127.0.0.1',
        ports: [0],
        answers: { host: '127.0.0.1', port: behind.port, tls: false },
        save: null,
      },
      show: (explained) => {
        if (explained.kind === 'end') open.delete(explained.end.connection.id);
        if (explained.kind !== 'exchange') return;
        shown.push(explained);
        open.add(explained.exchange.connection.id);
        mostOpen = Math.max(mostOpen, open.size);
      },
    });
    const answersBehind = await runDevices(sniff.addresses[0]!.port);
    const { addresses } = await sniff.stop();
    const punchesBehind = await behind.stop();

    expect(mostOpen).toBeGreaterThanOrEqual(DEVICES.adms);
    expect(answersBehind).toEqual(answersOfDirect);
    expect(punchesBehind).toEqual(punchesOfDirect);
    expect(punchesBehind).toHaveLength(ALL_DEVICES * PUNCHES);
    // What was seen passing is what was answered.
    const answers = Object.values(answersBehind).flat();
    expect(shown).toHaveLength(answers.length);
    expect(shown.map(({ exchange }) => exchange.reply?.status).sort()).toEqual(
      answers.map(([status]) => status).sort(),
    );
    expect(new Set(shown.map(({ deviceSn }) => deviceSn)).size).toBe(ALL_DEVICES);
    expect(shown.reduce((sum, { punches }) => sum + punches.length, 0)).toBe(ALL_DEVICES * PUNCHES);
    expect(addresses).toMatchObject([{ requests: answers.length }]);
  }, 120_000);
});

async function startTarget() {
  const dataDir = mkdtempSync(join(tmpdir(), 'hip-target-'));
  onTestFinished(() => rmSync(dataDir, { recursive: true }));
  const flags = {
    dataDir,
    'serve.port': 0,
    'serve.host': '127.0.0.1',
    'serve.statusPort': 0,
    'serve.timeZone': '+07:00',
  };
  const loaded = loadConfig({ cwd: dataDir, env: {}, flags });
  const serve = await startServe(loaded, { version: '0.0.0', log: silentLog, clock: STANDING_CLOCK });
  return {
    dataDir,
    port: serve.address.port,
    /** All that was stored. */
    async stop(): Promise<string[]> {
      await serve.stop();
      const journal = openJournal({ dataDir });
      const punches = [...journal.punches({})].map(({ raw, deviceSn, time }) => `${deviceSn} ${time} ${raw}`);
      journal.close();
      return punches.sort();
    },
  };
}

type Answer = readonly [status: number | undefined, headers: readonly string[], body: string];

/** Every answer that each device got, in its order. */
async function runDevices(port: number): Promise<Record<string, Answer[]>> {
  const runs = Object.entries(DEVICES).flatMap(([dialect, devices], seed) => {
    const source = createPunchSource({ seed: seed + 1, devices, startAt: '2026-11-20 08:00:00' });
    return source.sns.map(async (sn, index) => {
      const device = SIMULATED_DIALECTS[dialect]!({ sn, batch: 1 });
      for (let i = 0; i < PUNCHES; i += 1) device.punch(source.punch(index, i));
      return { sn, ...(await runDevice(device, port)) };
    });
  });
  const devices = await Promise.all(runs);
  // None hangs up before the last has got its answers.
  for (const { wire } of devices) wire.close();
  return Object.fromEntries(devices.map(({ sn, answers }) => [sn, answers]));
}

async function runDevice(
  device: ReturnType<(typeof SIMULATED_DIALECTS)[string]>,
  port: number,
): Promise<{ answers: Answer[]; wire: Wire }> {
  const wire = openWire({ target: new URL(`http://127.0.0.1:${port}`), keepAlive: true, timeoutMs: 20_000 });
  const answers: Answer[] = [];
  for (let polls = 0; polls < POLLS; polls += device.busy ? 0 : 1) {
    const reply = await wire.exchange(device.next());
    const headers = [...(reply?.headers ?? [])].map(([name, value]) => `${name}: ${value}`);
    answers.push([reply?.status, headers, Buffer.from(reply?.body ?? []).toString('latin1')]);
    device.read(reply);
    if (answers.length > 50) throw new Error(`${device.sn} never comes to rest`);
  }
  return { answers, wire };
}
