import { describe, expect, it, vi } from 'vitest';
import type { JournalEntry } from '../../src/lib/journal/journal.js';
import { MOST_STRANGERS } from '../../src/lib/journal/strangers.js';
import { entry, punch } from '../contracts/journal-contract.js';
import { useFolder } from './folder.js';

const folder = useFolder();
const START = Date.UTC(2026, 10, 20);

function call(sn: string, atMs: number, change: Partial<JournalEntry> = {}): JournalEntry {
  return entry([], { receivedAt: new Date(atMs), device: { sn, dialect: 'adms' }, ...change });
}

describe('serial numbers that only call', () => {
  it('are forgotten beyond a bound, those heard longest ago first, and nobody else is', async () => {
    const journal = folder.open();
    const known = ['PUNCHED', 'FRESH', 'APPROVED', 'NAMED', 'FILED', 'HELD'];
    await Promise.all(known.map((sn) => journal.append(call(sn, START))));
    await journal.append(call('PUNCHED', START, { punches: [punch({ deviceSn: 'PUNCHED' })] }));
    await journal.append(
      entry([punch({ deviceSn: 'FILED', proven: false, userId: '8' })], { source: 'file:a' }),
    );
    const held = [punch({ deviceSn: 'HELD', userId: '9' })];
    await journal.append(call('HELD', START, { punches: held, holdUnapproved: true }));
    await journal.approveDevice('APPROVED');
    journal.renameDevice('NAMED', 'Back door');
    const command = { deviceSn: 'FAKE0', verb: 'info', text: '' };
    const flood = MOST_STRANGERS + 2_000;
    const made = Array.from({ length: flood }, (_, i) => journal.append(call(`FAKE${i}`, START + 1_000 + i)));
    await Promise.all(made);
    journal.enqueueCommand(command);
    // A terminal that calls all the time without a punch so far is heard last.
    await journal.append(call('FRESH', START + 3_600_000));
    await vi.waitFor(() => expect(journal.devices()).toHaveLength(MOST_STRANGERS + known.length - 1), {
      timeout: 20_000,
      interval: 50,
    });
    for (const sn of known) expect(journal.deviceState(sn), sn).toBeDefined();
    expect(journal.deviceState('FAKE0')).toBeUndefined();
    expect(journal.deviceState(`FAKE${flood - 1}`)).toBeDefined();
    expect(journal.commands('FAKE0')).toEqual([]);
    expect([...journal.punches({})]).toHaveLength(3);
  });

  it('lose nothing when they turn out to be terminals, in this process and in others', async () => {
    const [journal, other] = [folder.open(), folder.open()];
    const flood = async (from: number, count: number): Promise<void> => {
      const calls = Array.from({ length: count }, (_, i) => call(`FAKE${from + i}`, START + from + i));
      await Promise.all(calls.map((each) => journal.append(each)));
    };
    await flood(0, MOST_STRANGERS);
    // The other process has them all in memory now.
    await vi.waitFor(() => expect(other.deviceState('FAKE0')).toBeDefined(), { timeout: 20_000 });
    await flood(MOST_STRANGERS, 1_000);
    // It looks with the next call that follows a thousand new ones.
    await journal.append(call('FAKE9', START + 10_000_000));
    await vi.waitFor(() => expect(journal.deviceState('FAKE0')).toBeUndefined(), { timeout: 20_000 });
    await Promise.all([
      other.append(call('FAKE0', START, { punches: [punch({ deviceSn: 'FAKE0' })] })),
      journal.append(call('FAKE1', START, { punches: [punch({ deviceSn: 'FAKE1' })] })),
      journal.append(call('NEW', START, { punches: [punch({ deviceSn: 'NEW' })] })),
    ]);
    const stored = [...journal.punches({})].map(({ deviceSn }) => deviceSn);
    expect(stored.sort()).toEqual(['FAKE0', 'FAKE1', 'NEW']);
    expect(
      journal
        .take(10)
        .map(({ deviceName }) => deviceName)
        .sort(),
    ).toEqual(['FAKE0', 'FAKE1', 'NEW']);
    // The same again stays single.
    const again = await journal.append(call('FAKE0', START, { punches: [punch({ deviceSn: 'FAKE0' })] }));
    expect(again).toMatchObject({ stored: 0, duplicates: 1 });
  });
});
