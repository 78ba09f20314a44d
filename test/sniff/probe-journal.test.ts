import { describe, expect, it } from 'vitest';
import type { JournalEntry } from '../../src/lib/journal/journal.js';
import { JournalUnavailable } from '../../src/lib/journal/journal.js';
import { createProbeJournal } from '../../src/lib/sniff/probe-journal.js';

const ENTRY: JournalEntry = { source: 'adms', receivedAt: new Date(0), punches: [] };
const PUNCH = {
  deviceSn: 'A1',
  userId: '1',
  time: '2026-11-20 08:00:00',
  status: null,
  verify: null,
  workCode: null,
  raw: '',
  suspect: null,
  proven: true,
  precision: 'second',
} as const;

describe('the journal behind hip sniff', () => {
  it('remembers what devices say of themselves', async () => {
    const journal = createProbeJournal();
    const facts = { firmware: '1' };
    await journal.append({ ...ENTRY, device: { sn: 'A1', facts, stamps: { ATTLOG: '5' } } });
    await journal.append({ ...ENTRY, skipped: 3, device: { sn: 'A1', facts: { model: 'X' } } });
    expect(journal.deviceState('A1')).toEqual({
      facts: { firmware: '1', model: 'X' },
      stamps: { ATTLOG: '5' },
    });
    expect(journal.deviceState('A2')).toBeUndefined();
    expect(journal.pendingCommands('A1')).toEqual([]);
  });

  it.each<[string, Partial<JournalEntry>]>([
    ['punches', { punches: [PUNCH] }],
    ['what goes to quarantine', { unread: [{ reason: 'x', bytes: new Uint8Array(1) }] }],
    ['templates', { dropped: [{ kind: 'photo', count: 1, bytes: 9 }] }],
    ['results of commands', { commandResults: [{ id: '1', returnCode: 0, command: '', detail: null }] }],
    ['users', { users: ['1\tx'] }],
    ['lines for somebody else', { skipped: 1 }],
    ['operations', { skipped: 1, device: { sn: 'A1', facts: { clockSetAt: '2026-11-20 08:00:00' } } }],
  ])('takes no %s', async (_, brought) => {
    const journal = createProbeJournal();
    const device = { sn: 'A1', stamps: { ATTLOG: '9' } };
    await expect(journal.append({ ...ENTRY, device, ...brought })).rejects.toThrow(JournalUnavailable);
    // Nor the stamp that would say it has them.
    expect(journal.deviceState('A1')).toBeUndefined();
  });

  it('does not grow with invented serial numbers', async () => {
    const journal = createProbeJournal();
    for (let i = 0; i < 5_000; i += 1) await journal.append({ ...ENTRY, device: { sn: `A${i}` } });
    const known = Array.from({ length: 5_000 }, (_, i) => journal.deviceState(`A${i}`)).filter(Boolean);
    expect(known).toHaveLength(1_000);
  });
});
