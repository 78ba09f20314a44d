import { describe, expect, it } from 'vitest';
import type { JournalTotals } from '../../../src/lib/journal/journal.js';
import {
  ARRIVAL,
  append,
  entry,
  type OpenForTest,
  punch,
  punches,
  unproven,
  withJournal,
} from './samples.js';

const NOTHING: JournalTotals = {
  waiting: 0,
  held: 0,
  delivered: 0,
  rejected: 0,
  quarantined: 0,
  duplicates: 0,
  skipped: 0,
  dropped: 0,
  lastPunchAt: null,
  oldestWaitingAt: null,
  target: null,
};

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

export function describeIntake(open: OpenForTest): void {
  describe('intake', () => {
    it(
      'begins empty',
      withJournal(open, (journal) => {
        expect([...journal.punches({})]).toEqual([]);
        expect(journal.totals()).toEqual(NOTHING);
        expect(journal.devices()).toEqual([]);
        expect(journal.commands()).toEqual([]);
        expect(journal.quarantine()).toEqual([]);
        expect(journal.notices()).toEqual([]);
        expect(journal.take(10)).toEqual([]);
      }),
    );

    it(
      'stores a punch as it came',
      withJournal(open, async (journal) => {
        const full = punch({ userId: '0090', workCode: '12', suspect: 'future', status: null, verify: null });
        expect(await append(journal, full)).toEqual({ stored: 1, duplicates: 0, quarantined: 0 });
        expect([...journal.punches({})]).toEqual([
          {
            deviceSn: 'SNA',
            userId: '0090',
            time: '2026-11-20 08:00:00',
            status: null,
            verify: null,
            workCode: '12',
            raw: full.raw,
            source: 'adms',
            receivedAt: ARRIVAL.toISOString(),
            state: 'waiting',
            suspect: 'future',
            error: null,
          },
        ]);
      }),
    );

    it(
      'keeps a text that holds NUL bytes whole, for lists and for the sink, alone and among many',
      withJournal(open, async (journal) => {
        const told = { raw: '7\t0\0behind\0', workCode: '1\x002' };
        const kept = { raw: '7\t0\\x00behind\\x00', workCode: '1\\x002' };
        await append(journal, punch(told));
        await append(journal, ...punches(150, told));
        await append(journal, unproven({ ...told, time: '2026-11-20 09:00:00' }));
        const stored = [...journal.punches({})].map(({ raw, workCode }) => ({ raw, workCode }));
        expect(stored).toEqual(Array.from({ length: 152 }, () => kept));
        expect(new Set(journal.take(200).map(({ raw }) => raw))).toEqual(new Set([kept.raw]));
        // The same punch told again is known.
        expect(await append(journal, punch(told))).toMatchObject({ stored: 0, duplicates: 1 });
      }),
    );

    it(
      'answers each of the entries that come at once',
      withJournal(open, async (journal) => {
        const results = await Promise.all([
          append(journal, punch()),
          append(journal, punch(), punch({ userId: '8' })),
          append(journal),
        ]);
        expect(results.map(({ stored, duplicates }) => [stored, duplicates])).toEqual([
          [1, 0],
          [1, 1],
          [0, 0],
        ]);
        expect(journal.totals()).toMatchObject({ waiting: 2, duplicates: 1 });
      }),
    );

    it(
      'counts what is not kept',
      withJournal(open, async (journal) => {
        const dropped = [
          { kind: 'photo', count: 2, bytes: 10 },
          { kind: 'fingerprint template', count: 3, bytes: 1 },
        ];
        await journal.append(entry([], { skipped: 4, dropped }));
        expect(journal.totals()).toEqual({ ...NOTHING, skipped: 4, dropped: 5 });
      }),
    );

    it(
      'law 3: keeps what could not be read, once, with a count',
      withJournal(open, async (journal) => {
        const unread = [{ reason: 'no date', bytes: bytes('rubbish') }];
        const from = { source: 'adms', device: { sn: 'SNA' }, origin: 'POST /iclock/cdata' };
        expect(await journal.append(entry([punch()], { ...from, unread }))).toEqual({
          stored: 1,
          duplicates: 0,
          quarantined: 1,
        });
        const later = new Date(ARRIVAL.getTime() + 5_000);
        await journal.append(entry([], { ...from, receivedAt: later, unread: [...unread, ...unread] }));
        await journal.append(entry([], { ...from, device: { sn: 'SNB' }, unread }));
        const items = journal.quarantine();
        expect(items).toMatchObject([
          {
            source: 'adms',
            deviceSn: 'SNA',
            reason: 'no date',
            bytes: 7,
            count: 3,
            firstSeenAt: ARRIVAL.toISOString(),
            lastSeenAt: later.toISOString(),
          },
          { deviceSn: 'SNB', count: 1 },
        ]);
        expect(journal.totals().quarantined).toBe(2);
        const item = journal.quarantineItem(items[0]!.id)!;
        expect([item.origin, new TextDecoder().decode(item.content)]).toEqual([
          'POST /iclock/cdata',
          'rubbish',
        ]);
        expect(journal.discardQuarantine([items[0]!.id, 999_999])).toBe(1);
        expect(journal.quarantineItem(items[0]!.id)).toBeUndefined();
        expect(journal.totals().quarantined).toBe(1);
      }),
    );

    it(
      'law 3: a full quarantine refuses its entry and none of the neighbours',
      withJournal(
        open,
        async (journal) => {
          const big = (fill: string) => [{ reason: 'no date', bytes: bytes(fill.repeat(6_000)) }];
          const results = await Promise.allSettled([
            journal.append(entry([punch({ userId: '1' })], { unread: big('a') })),
            journal.append(entry([punch({ userId: '2' })], { unread: big('b') })),
            journal.append(entry([punch({ userId: '3' })], { unread: big('a') })),
            journal.append(entry([punch({ userId: '4' })])),
          ]);
          expect(results.map(({ status }) => status)).toEqual([
            'fulfilled',
            'rejected',
            'fulfilled',
            'fulfilled',
          ]);
          expect(results[1]).toMatchObject({ reason: { reason: 'quarantine-full' } });
          expect([...journal.punches({})].map(({ userId }) => userId)).toEqual(['1', '3', '4']);
          journal.discardQuarantine(journal.quarantine().map(({ id }) => id));
          await journal.append(entry([punch({ userId: '2' })], { unread: big('b') }));
          expect(journal.totals()).toMatchObject({ waiting: 4, quarantined: 1 });
        },
        { quarantineMaxBytes: 10_000 },
      ),
    );

    it(
      'keeps the progress of a file with its punches',
      withJournal(open, async (journal) => {
        const checkpoint = { file: '/logs/a.txt', identity: 'x', sizeBytes: 9, offsetBytes: 4, line: 2 };
        expect(journal.checkpoint('/logs/a.txt')).toBeUndefined();
        await journal.append(entry([punch()], { source: 'file:a.txt', checkpoint }));
        expect(journal.checkpoint('/logs/a.txt')).toEqual(checkpoint);
        const further = { ...checkpoint, offsetBytes: 9, line: 4, note: 'dmy' };
        await journal.append(entry([], { checkpoint: further }));
        expect(journal.checkpoint('/logs/a.txt')).toEqual(further);
      }),
    );

    it(
      'says when the newest punch came and since when the oldest waits',
      withJournal(open, async (journal) => {
        const later = new Date(ARRIVAL.getTime() + 60_000);
        await journal.append(entry(punches(2)));
        await journal.append(entry([punch()], { receivedAt: later }));
        expect(journal.totals()).toMatchObject({
          lastPunchAt: later.toISOString(),
          oldestWaitingAt: ARRIVAL.toISOString(),
        });
        const keys = journal.take(2).map(({ key }) => key);
        journal.settle({ target: 't', accepted: keys, rejected: [] });
        expect(journal.totals().oldestWaitingAt).toBe(later.toISOString());
      }),
    );
  });
}
