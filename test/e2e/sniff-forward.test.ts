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
import { openWire } from '../../src/lib/simulate/wire.js';
import type { ExplainedExchange } from '../../src/lib/sniff/explained.js';
import { systemClock } from '../../src/lib/system-clock.js';

/** Of each dialect; two hundred connections at once are proved on the tap alone, without a disk to wait for. */
const DEVICES = 25;
const PUNCHES = 2;
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
    const sniff = await startSniff({
      loaded: loadConfig({ cwd: behind.dataDir, env: {} }),
      settings: {
        host: '127.0.0.1',
        ports: [0],
        answers: { host: '127.0.0.1', port: behind.port, tls: false },
        save: null,
      },
      show: (explained) => {
        if (explained.kind === 'exchange') shown.push(explained);
      },
    });
    const answersBehind = await runDevices(sniff.addresses[0]!.port);
    const { addresses } = await sniff.stop();
    const punchesBehind = await behind.stop();

    expect(answersBehind).toEqual(answersOfDirect);
    expect(punchesBehind).toEqual(punchesOfDirect);
    expect(punchesBehind).toHaveLength(2 * DEVICES * PUNCHES);
    // What was seen passing is what was answered.
    const answers = Object.values(answersBehind).flat();
    expect(shown).toHaveLength(answers.length);
    expect(shown.map(({ exchange }) => exchange.reply?.status).sort()).toEqual(
      answers.map(([status]) => status).sort(),
    );
    expect(addresses[0]?.devices).toHaveLength(2 * DEVICES);
    expect(addresses[0]?.devices.reduce((sum, { punches }) => sum + punches, 0)).toBe(2 * DEVICES * PUNCHES);
  }, 60_000);
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
  const runs = ['adms', 'fkweb'].flatMap((dialect, seed) => {
    const source = createPunchSource({ seed: seed + 1, devices: DEVICES, startAt: '2026-11-20 08:00:00' });
    return source.sns.map(async (sn, index) => {
      const device = SIMULATED_DIALECTS[dialect]!({ sn, batch: 1 });
      for (let i = 0; i < PUNCHES; i += 1) device.punch(source.punch(index, i));
      return [sn, await runDevice(device, port)] as const;
    });
  });
  return Object.fromEntries(await Promise.all(runs));
}

async function runDevice(
  device: ReturnType<(typeof SIMULATED_DIALECTS)[string]>,
  port: number,
): Promise<Answer[]> {
  const wire = openWire({ target: new URL(`http://127.0.0.1:${port}`), keepAlive: true, timeoutMs: 20_000 });
  const answers: Answer[] = [];
  for (let polls = 0; polls < POLLS; polls += device.busy ? 0 : 1) {
    const reply = await wire.exchange(device.next());
    const headers = [...(reply?.headers ?? [])].map(([name, value]) => `${name}: ${value}`);
    answers.push([reply?.status, headers, Buffer.from(reply?.body ?? []).toString('latin1')]);
    device.read(reply);
    if (answers.length > 50) throw new Error(`${device.sn} never comes to rest`);
  }
  wire.close();
  return answers;
}
