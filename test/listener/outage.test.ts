import { expect, it } from 'vitest';
import { type JournalEntry, JournalUnavailable } from '../../src/lib/journal/journal.js';
import { ask } from './support/client.js';
import { get, post, punchLine } from './support/requests.js';
import { ManualClock, startListener } from './support/started.js';

/** A listener whose journal refuses the entries that `refuses` picks. */
async function start(refuses: (entry: JournalEntry) => JournalUnavailable | null) {
  const clock = new ManualClock();
  const started = await startListener({
    clock,
    between: (journal) => ({
      append: async (entry) => {
        const refusal = refuses(entry);
        if (refusal) throw refusal;
        return journal.append(entry);
      },
      deviceState: (sn) => journal.deviceState(sn),
      pendingCommands: (sn) => journal.pendingCommands(sn),
    }),
  });
  return { ...started, clock };
}

it('a poll, which writes nothing, does not prove that a full disk has room again', async () => {
  const full = new JournalUnavailable('disk-full', 'the disk is full');
  let isFull = false;
  const { port, listener, log } = await start(({ punches }) => (isFull && punches.length > 0 ? full : null));
  await ask(port, post(punchLine(1)));
  isFull = true;
  for (let i = 0; i < 3; i++) {
    expect((await ask(port, post(punchLine(2)))).status).toBe(503);
    expect((await ask(port, get('/iclock/getrequest?SN=A'))).body).toBe('OK');
  }
  expect(listener.state().journalOutage).toMatchObject({ endedAt: null, refused: 3 });
  expect(log.lines).toHaveLength(1);
  isFull = false;
  expect((await ask(port, post(punchLine(2)))).body).toBe('OK: 1');
  expect(listener.state().journalOutage?.endedAt).not.toBeNull();
  expect(log.lines.map(({ level }) => level)).toEqual(['error', 'info']);
});

it('a full quarantine stays said while others are stored, and is over when nobody is refused any more', async () => {
  const full = new JournalUnavailable('quarantine-full', 'the quarantine is full');
  const { port, clock, listener, log, users } = await start(({ unread }) => (unread?.length ? full : null));
  for (let i = 1; i <= 20; i++) {
    expect((await ask(port, post('no punch\n'))).status).toBe(503);
    expect((await ask(port, post(punchLine(i)))).body).toBe('OK: 1');
    clock.advance(1_000);
  }
  expect(users()).toHaveLength(20);
  expect(listener.state().journalOutage).toMatchObject({ reason: 'quarantine-full', endedAt: null });
  expect(log.lines).toHaveLength(1);
  clock.advance(660_000);
  await ask(port, post(punchLine(21)));
  expect(listener.state().journalOutage?.endedAt).not.toBeNull();
});

it('a fault that comes and goes fills no log', async () => {
  const io = new JournalUnavailable('io', 'the disk does not answer');
  let turn = 0;
  const { port, clock, log } = await start(() => (turn++ % 2 === 0 ? io : null));
  for (let i = 0; i < 100; i++) {
    await ask(port, post(punchLine(i)));
    clock.advance(1_000);
  }
  expect(log.lines).toHaveLength(4);
});
