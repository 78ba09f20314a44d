import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Journal } from '../../src/lib/journal/journal.js';
import { append, entry, punch } from '../contracts/journal/samples.js';
import { useChildren } from './children.js';
import { useFolder } from './folder.js';

const folder = useFolder();
const children = useChildren();

/** The counts of the tally against the punches themselves. */
function expectTrueTotals(journal: Journal): void {
  const { waiting, held, delivered, rejected } = journal.totals();
  let stored = 0;
  for (const _ of journal.punches({})) stored += 1;
  expect(waiting + held + delivered + rejected).toBe(stored);
}

describe('several processes with one journal', () => {
  it('law 1: what was acknowledged survives kill -9', async () => {
    const dataDir = folder.dataDir();
    for (let round = 1; round <= 3; round += 1) {
      const child = children.start({ does: 'append', dataDir, deviceSn: `SN${round}` });
      while ((await child.next('stored')).count < 50);
      child.signal('SIGKILL');
      await child.ended;
      const acknowledged = child.reports.filter(({ kind }) => kind === 'stored').length;
      const journal = folder.open();
      expect([...journal.punches({ deviceSn: `SN${round}` })].length).toBeGreaterThanOrEqual(acknowledged);
      expectTrueTotals(journal);
      folder.close(journal);
    }
  });

  it('open a new journal at the same moment', async () => {
    const dataDir = folder.dataDir();
    const all = [1, 2, 3, 4].map(() => children.start({ does: 'open', dataDir }));
    for (const child of all) expect(await child.next('ready')).toMatchObject({ done: true });
    await append(folder.open(), punch());
  });

  it('keep the counts right together, and devices and keys apart', async () => {
    const dataDir = folder.dataDir();
    const journal = folder.open();
    const fills = ['SN1', 'SN2'].map((deviceSn) =>
      children.start({ does: 'fill', dataDir, rows: 5_000, deviceSn }),
    );
    for (let n = 0; n < 50; n += 1) await append(journal, punch({ userId: String(n) }));
    for (const fill of fills) await fill.next('filled');
    expect(journal.totals()).toMatchObject({ waiting: 10_050, duplicates: 0 });
    expectTrueTotals(journal);
    expect(journal.devices().map(({ sn, punches }) => [sn, punches])).toEqual([
      ['SN1', 5_000],
      ['SN2', 5_000],
      ['SNA', 50],
    ]);
    expect(journal.checkpoint('/logs/big.txt')).toMatchObject({ line: 5_000 });
  });

  it('see within a second what others did to devices and commands', async () => {
    const [serve, cli] = [folder.open(), folder.open()];
    await serve.append(entry([punch()], { device: { sn: 'SNA', stamps: { ATTLOG: '5' } } }));
    await expect.poll(() => cli.deviceState('SNA')).toEqual({ stamps: { ATTLOG: '5' }, facts: {} });
    const id = cli.enqueueCommand({ deviceSn: 'SNA', verb: 'info', text: 'INFO' });
    await expect.poll(() => serve.pendingCommands('SNA'), { timeout: 2_000 }).toMatchObject([{ id }]);
    cli.forgetDevice('SNA');
    await expect.poll(() => serve.deviceState('SNA'), { timeout: 2_000 }).toBeUndefined();
    // A transaction never works with what is out of date.
    await cli.approveDevice('SNA');
    await serve.append(entry([punch({ userId: '8' })], { device: { sn: 'SNA' }, holdUnapproved: true }));
    expect(serve.totals()).toMatchObject({ held: 1 });
  });

  it('an append waits its turn without standing still, and fails when the turn never comes', async () => {
    const journal = folder.open();
    const other = children.start({ does: 'write-lock', file: journal.path });
    await other.next('ready');
    const refused = expect(append(journal, punch({ userId: '1' }))).rejects.toMatchObject({ reason: 'busy' });
    let turns = 0;
    const counter = setInterval(() => {
      turns += 1;
    }, 5);
    await refused;
    clearInterval(counter);
    expect(turns).toBeGreaterThan(100);
    const patient = append(journal, punch({ userId: '2' }));
    other.signal('SIGKILL');
    expect(await patient).toMatchObject({ stored: 1 });
  });

  it('a 400,000-row chunked append never delays an append here by more than 250 ms', {
    timeout: 300_000,
  }, async () => {
    const journal = folder.open();
    // Nobody else uses this one: it shows what the machine alone does to an append, while other tests run on it too.
    const control = folder.open({ dataDir: join(folder.dataDir(), 'control') });
    const timed = async (into: Journal, list: number[]): Promise<void> => {
      const startMs = performance.now();
      await append(into, punch({ userId: String(list.length) }));
      list.push(performance.now() - startMs);
    };
    const fill = children.start({ does: 'fill', dataDir: folder.dataDir(), rows: 400_000, deviceSn: 'SN1' });
    await fill.next('ready');
    const delays: number[] = [];
    const noise: number[] = [];
    while (!fill.reports.some(({ kind }) => kind === 'filled' || kind === 'failed')) {
      await timed(journal, delays);
      await timed(control, noise);
      await sleep(2);
    }
    const { ms } = await fill.next('filled');
    console.log(
      `400,000 rows in ${(ms / 1000).toFixed(1)} s; beside them ${inWords(delays)}; elsewhere ${inWords(noise)}`,
    );
    expect(delays.length).toBeGreaterThan(100);
    expect(Math.max(...delays) - Math.max(...noise)).toBeLessThan(250);
    expect(journal.totals().waiting).toBe(400_000 + delays.length);
  });
});

function inWords(delays: readonly number[]): string {
  const sorted = [...delays].sort((a, b) => a - b);
  const at = (part: number): string => sorted[Math.floor((sorted.length - 1) * part)]!.toFixed(1);
  return `${sorted.length} appends, median ${at(0.5)} ms, 99 % ${at(0.99)} ms, longest ${at(1)} ms`;
}
