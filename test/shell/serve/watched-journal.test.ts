import { expect, it } from 'vitest';
import type { AppendResult, JournalEntry } from '../../../src/lib/journal/journal.js';
import { watchJournal } from '../../../src/lib/shell/serve/watched-journal.js';
import { LogLines } from '../../listener/support/started.js';

function watch() {
  let nowMs = 0;
  let result: AppendResult = { stored: 1, duplicates: 0, quarantined: 0 };
  const log = new LogLines();
  const woken: number[] = [];
  const journal = watchJournal({
    journal: { append: async () => result, deviceState: () => undefined, pendingCommands: () => [] },
    forwarder: { notify: () => woken.push(nowMs) },
    log,
    clock: { nowMs: () => nowMs },
  });
  const come = (sn: string, comes: AppendResult, atMs: number) => {
    [nowMs, result] = [atMs, comes];
    const device = { sn, dialect: 'adms', remoteAddress: '192.0.2.5', facts: {}, stamps: {} };
    return journal.append({
      source: 'adms',
      receivedAt: new Date(0),
      punches: [],
      unread: [],
      device,
    } as JournalEntry);
  };
  return {
    come,
    woken,
    tellRest: () => journal.tellRest(),
    said: () => log.lines.map(({ message }) => message),
  };
}

const STORED = { stored: 1, duplicates: 0, quarantined: 0 };

it('tells of a first call and a first punch at once, of the others together once a minute', async () => {
  const { come, said, woken } = watch();
  await come('CEXB000000001', STORED, 0);
  await come('CEXB000000001', STORED, 1_000);
  await come('CEXB000000001', STORED, 59_000);
  await come('CEXB000000002', { stored: 3, duplicates: 0, quarantined: 0 }, 61_000);
  expect(said()).toEqual([
    'Device CEXB000000001 calls from 192.0.2.5 (adms).',
    '1 punch stored.',
    'Device CEXB000000002 calls from 192.0.2.5 (adms).',
    '5 punches stored.',
  ]);
  expect(woken).toHaveLength(4);
});

it('tells of the rest when there is no next minute', async () => {
  const { come, said, tellRest } = watch();
  for (let i = 0; i < 50; i += 1) await come('CEXB000000001', { ...STORED, stored: 6 }, i);
  await come('CEXB000000001', { stored: 0, duplicates: 0, quarantined: 1 }, 50);
  tellRest();
  tellRest();
  expect(said().slice(1)).toEqual([
    '6 punches stored.',
    '1 unreadable piece of input went to quarantine: hip quarantine list',
    '294 punches stored.',
  ]);
});

it('wakes nobody for what is known, and tells of what can not be read', async () => {
  const { come, said, woken } = watch();
  await come('CEXB000000001', { stored: 0, duplicates: 2, quarantined: 0 }, 0);
  await come('CEXB000000001', { stored: 0, duplicates: 0, quarantined: 2 }, 1);
  expect(said().at(-1)).toBe('2 unreadable pieces of input went to quarantine: hip quarantine list');
  expect(woken).toEqual([]);
});
