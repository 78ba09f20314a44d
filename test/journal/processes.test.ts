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
    await append(journal, punch());
    const fill = children.start({ does: 'fill', dataDir: folder.dataDir(), rows: 400_000, deviceSn: 'SN1' });
    await fill.next('ready');
    const delays: number[] = [];
    while (!fill.reports.some(({ kind }) => kind === 'filled' || kind === 'failed')) {
      const startMs = performance.now();
      await append(journal, punch({ userId: String(delays.length) }));
      delays.push(performance.now() - startMs);
      await sleep(2);
    }
    delays.sort((a, b) => a - b);
    const { ms } = await fill.next('filled');
    const at = (part: number): string => delays[Math.floor(delays.length * part)]!.toFixed(1);
    console.log(
      `400,000 rows in ${(ms / 1000).toFixed(1)} s beside ${delays.length} appends: median ${at(0.5)} ms, ` +
        `99 % ${at(0.99)} ms, longest ${delays.at(-1)!.toFixed(1)} ms`,
    );
    expect(delays.length).toBeGreaterThan(100);
    expect(delays.at(-1)).toBeLessThan(250);
    expect(journal.totals().waiting).toBeGreaterThan(400_000);
  });
});
