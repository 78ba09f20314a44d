import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HipError } from '../../src/lib/errors.js';
import { type SimulationSettings, simulate } from '../../src/lib/simulate/simulation.js';
import { renderSummary, type SimulationSummary } from '../../src/lib/simulate/totals.js';
import { openReceiver, type Receiver } from './receiver.js';

let receiver: Receiver;
let folder: string;
let interrupt: AbortController;

beforeEach(async () => {
  receiver = await openReceiver();
  folder = mkdtempSync(join(tmpdir(), 'hip-simulate-'));
  interrupt = new AbortController();
});

afterEach(async () => {
  interrupt.abort();
  await receiver.close();
  rmSync(folder, { recursive: true });
});

function run(settings: Partial<SimulationSettings> = {}): Promise<SimulationSummary> {
  return simulate(
    {
      dialect: 'adms',
      target: new URL(receiver.url),
      devices: 4,
      count: 200,
      rate: 0,
      lingerMs: 0,
      pollMs: null,
      batch: 10,
      seed: 7,
      startAt: '2025-01-01 08:00:00',
      attempts: 0,
      giveUpMs: 20_000,
      keepAlive: true,
      ledgerFile: null,
      ...settings,
    },
    interrupt.signal,
  );
}

describe('a simulation', () => {
  it.each(['deaf', 'gone'])('says once that nobody answers, not only at its end (%s)', async (how) => {
    receiver.isDeaf = how === 'deaf';
    if (how === 'gone') await receiver.close();
    let told = 0;
    const onSilence = (): void => {
      told += 1;
      interrupt.abort();
    };
    expect(await run({ onSilence })).toMatchObject({ outcome: 'interrupted', acknowledged: 0 });
    expect(told).toBe(1);
  });

  it('brings every punch once to a target that is well', async () => {
    const summary = await run();
    expect(summary).toMatchObject({
      outcome: 'done',
      sent: 200,
      acknowledged: 200,
      unacknowledged: 0,
      refused: 0,
      unanswered: 0,
    });
    expect(new Set(receiver.lines).size).toBe(200);
    expect(receiver.lines).toHaveLength(200);
    expect(new Set(receiver.lines.map((line) => line.split('\t')[0])).size).toBe(4);
    expect(renderSummary(summary)).toContain('200 sent, 200 acknowledged, 0 unacknowledged');
  });

  it('with the same seed sends the same again', async () => {
    await run({ devices: 1 });
    const first = receiver.lines.join('\n');
    await run({ devices: 1 });
    expect(receiver.lines.join('\n')).toBe(`${first}\n${first}`);
  });

  it('sends again what was refused, until it is acknowledged', async () => {
    receiver.judge = (upload) => (upload % 2 === 1 ? 'refuse' : 'acknowledge');
    const summary = await run({ devices: 1, count: 30 });
    expect(summary).toMatchObject({ outcome: 'done', acknowledged: 30, sent: 60, refused: 3 });
    expect(receiver.lines.slice(0, 10)).toEqual(receiver.lines.slice(10, 20));
  });

  it('takes a reply that was cut for none', async () => {
    receiver.judge = (upload) => (upload === 1 ? 'cut' : 'acknowledge');
    const summary = await run({ devices: 1, count: 10 });
    expect(summary).toMatchObject({ outcome: 'done', acknowledged: 10, sent: 20, unanswered: 1 });
  });

  it('survives a target that dies in the middle of the load and comes back', async () => {
    receiver.judge = (upload) => {
      if (upload === 8) void receiver.die().then(() => receiver.comeBack());
      return upload === 8 ? 'cut' : 'acknowledge';
    };
    const summary = await run({ ledgerFile: join(folder, 'ledger.ndjson') });
    expect(summary).toMatchObject({ outcome: 'done', acknowledged: 200, unacknowledged: 0 });
    expect(summary.unanswered).toBeGreaterThan(0);
    expect(new Set(receiver.lines).size).toBe(200);
    const ledger = readFileSync(join(folder, 'ledger.ndjson'), 'utf8').trimEnd().split('\n');
    expect(ledger).toHaveLength(200);
    expect(new Set(ledger).size).toBe(200);
  });

  it('notes in the ledger only what was acknowledged', async () => {
    const ledgerFile = join(folder, 'ledger.ndjson');
    receiver.judge = (upload) => (upload <= 2 ? 'acknowledge' : 'refuse');
    const summary = await run({ devices: 1, count: 50, attempts: 3, ledgerFile });
    expect(summary).toMatchObject({ outcome: 'gave-up', acknowledged: 20, unacknowledged: 30 });
    const ledger = readFileSync(ledgerFile, 'utf8').trimEnd().split('\n');
    expect(ledger.map((line) => JSON.parse(line).userId)).toEqual(
      receiver.lines.slice(0, 20).map((line) => line.split('\t')[1]),
    );
  });

  it('names a ledger that cannot be written', async () => {
    await expect(run({ ledgerFile: join(folder, 'none', 'ledger') })).rejects.toThrow(HipError);
  });

  it('gives up on a dead target after its time', async () => {
    await receiver.die();
    const summary = await run({ giveUpMs: 200 });
    expect(summary).toMatchObject({ outcome: 'gave-up', acknowledged: 0, unacknowledged: 200 });
    expect(summary.unanswered).toBe(summary.requests);
  });

  it('gives up on a target that greets but never acknowledges', async () => {
    receiver.judge = () => 'cut';
    const summary = await run({ devices: 1, attempts: 3 });
    expect(summary).toMatchObject({ outcome: 'gave-up', acknowledged: 0 });
  });

  it('keeps its pace', async () => {
    const summary = await run({ rate: 100, count: 30, devices: 3 });
    expect(summary.acknowledged).toBe(30);
    expect(summary.seconds).toBeGreaterThanOrEqual(0.28);
    expect(summary.requests).toBeGreaterThan(20);
  });

  it('polls while it has nothing to say', async () => {
    const running = run({ rate: 0.01, count: 2, devices: 1 });
    await expect.poll(() => receiver.requests.filter(isPoll).length, { timeout: 5_000 }).toBeGreaterThan(2);
    interrupt.abort();
    expect(await running).toMatchObject({ outcome: 'interrupted', acknowledged: 1, unacknowledged: 0 });
  });

  it('answers a command that waits for it', async () => {
    receiver.commands.push('C:7:INFO\n');
    expect((await run()).commands).toBe(1);
    const answers = receiver.requests.filter(({ target }) => target.includes('/devicecmd'));
    expect(answers.map(({ body }) => body.split('\n')[0])).toEqual(['ID=7&Return=0&CMD=INFO']);
  });

  it('stays on for commands when told to', async () => {
    const running = run({ devices: 1, count: 3, lingerMs: 60_000, pollMs: 20 });
    await expect.poll(() => receiver.requests.filter(isPoll).length).toBeGreaterThan(2);
    receiver.commands.push(
      'C:7:DATA QUERY ATTLOG StartTime=2025-01-01 00:00:00\tEndTime=2037-12-31 23:59:59\n',
    );
    await expect.poll(() => receiver.lines.length).toBe(6);
    interrupt.abort();
    expect(await running).toMatchObject({ acknowledged: 3, sent: 6, commands: 1 });
  });

  it('opens a new connection for every request when told to', async () => {
    expect(await run({ keepAlive: false, count: 20 })).toMatchObject({ outcome: 'done', acknowledged: 20 });
  });

  it('goes where a path prefix leads', async () => {
    await run({ target: new URL(`${receiver.url}/office/`), count: 4 });
    expect(receiver.requests.every(({ target }) => target.startsWith('/office/iclock/'))).toBe(true);
  });
});

function isPoll({ target }: { readonly target: string }): boolean {
  return target.includes('/getrequest') && !target.includes('INFO=');
}
