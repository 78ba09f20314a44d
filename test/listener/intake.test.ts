import { describe, expect, it } from 'vitest';
import type { Dialect } from '../../src/lib/dialects/dialect.js';
import { emptyReading, textReply } from '../../src/lib/dialects/dialect.js';
import { createDialects } from '../../src/lib/dialects/index.js';
import type { AppendResult, Journal, JournalEntry } from '../../src/lib/journal/journal.js';
import { JournalUnavailable } from '../../src/lib/journal/journal.js';
import type { IntakeJournal } from '../../src/lib/listener/intake.js';
import { ask, Client, header } from './support/client.js';
import { get, post, punchLine } from './support/requests.js';
import { eventually, ManualClock, startListener } from './support/started.js';

/** Stands between listener and journal; commits only when told to, or not at all. */
class Between implements IntakeJournal {
  readonly entries: JournalEntry[] = [];
  readonly held: (() => void)[] = [];
  holding = false;
  failure: Error | null = null;

  constructor(readonly journal: Journal) {}

  async append(entry: JournalEntry): Promise<AppendResult> {
    this.entries.push(entry);
    if (this.holding) await new Promise<void>((resolve) => this.held.push(resolve));
    if (this.failure) throw this.failure;
    return this.journal.append(entry);
  }

  deviceState(sn: string) {
    return this.journal.deviceState(sn);
  }

  pendingCommands(sn: string) {
    return this.journal.pendingCommands(sn);
  }
}

async function start(given: Parameters<typeof startListener>[0] = {}) {
  let between!: Between;
  const started = await startListener({
    ...given,
    between: (journal) => {
      between = new Between(journal);
      return between;
    },
  });
  return { ...started, between };
}

describe('law 1: commit, then answer', () => {
  it('no byte of an answer before the commit', async () => {
    const { port, between, users } = await start();
    between.holding = true;
    const client = await Client.open(port);
    client.send(post(punchLine(1)));
    await eventually(() => expect(between.held).toHaveLength(1));
    await ask(port, get('/'));
    expect(client.received).toBe('');
    expect(users()).toEqual([]);
    between.held[0]!();
    expect((await client.waitForAnswer()).body).toBe('OK: 1');
    expect(users()).toEqual(['1']);
  });

  it('a journal that can\'t commit means "try again", and says so once a minute', async () => {
    const clock = new ManualClock();
    const { port, between, listener, log, users } = await start({ clock });
    between.failure = new JournalUnavailable('disk-full', 'the disk is full');
    for (let i = 0; i < 5; i++) {
      const answer = await ask(port, post(punchLine(1)));
      expect(answer.status).toBe(503);
      expect(answer.body).not.toMatch(/^OK/);
    }
    expect(log.lines).toHaveLength(1);
    expect(log.lines[0]!.message).toContain('the disk is full');
    clock.advance(60_000);
    await ask(port, post(punchLine(1)));
    expect(log.lines).toHaveLength(2);
    expect(listener.state()).toMatchObject({
      refusedNotStored: 6,
      journalOutage: { reason: 'disk-full', message: 'the disk is full', endedAt: null, refused: 6 },
    });
    between.failure = null;
    clock.advance(1_000);
    expect((await ask(port, post(punchLine(1)))).body).toBe('OK: 1');
    expect(users()).toEqual(['1']);
    const { journalOutage } = listener.state();
    expect(journalOutage?.endedAt).toBe('2026-11-22T01:01:01.000Z');
    expect(log.lines.at(-1)!.level).toBe('info');
  });

  it('a bug in the journal is no reason to lose a punch either', async () => {
    const { port, between, log } = await start();
    between.failure = new TypeError('x is not a function');
    expect((await ask(port, post(punchLine(1)))).status).toBe(503);
    expect(log.lines[0]!.fields).toMatchObject({
      reason: 'unknown',
      stack: expect.stringContaining('TypeError'),
    });
  });
});

describe('an entry', () => {
  it('carries what the dialect read, and who spoke', async () => {
    const { port, between } = await start();
    await ask(port, post(`${punchLine('0090')}rubbish\n`));
    expect(between.entries[0]).toMatchObject({
      source: 'adms',
      punches: [{ deviceSn: 'TEST0001', userId: '0090', time: '2026-11-20 08:00:00' }],
      unread: [{ bytes: new TextEncoder().encode('rubbish') }],
      holdUnapproved: false,
      device: { sn: 'TEST0001', dialect: 'adms', remoteAddress: '127.0.0.1', stamps: { ATTLOG: '9999' } },
    });
  });

  it('tells how unread input can be read again, without secrets', async () => {
    const { port, between } = await start();
    const target = '/iclock/cdata?SN=TEST0001&table=ATTLOG&pushcommkey=hunter2';
    await ask(port, post('rubbish\n', { path: target, headers: ['Cookie: a=b', 'Language: 83'] }));
    const origin = JSON.parse(between.entries[0]!.origin!);
    expect(origin).toEqual({
      method: 'POST',
      target: '/iclock/cdata?SN=TEST0001&table=ATTLOG&pushcommkey=***',
      rawHeaders: ['language', '83', 'content-length', '8'],
    });
    await ask(port, post(punchLine(1)));
    expect(between.entries[1]).not.toHaveProperty('origin');
  });

  it('holds back punches of devices nobody approved, when that is set', async () => {
    const { port, journal } = await start({ settings: { holdUnapproved: true } });
    expect((await ask(port, post(punchLine(1)))).body).toBe('OK: 1');
    expect(journal.totals()).toMatchObject({ held: 1, waiting: 0 });
  });

  it('of a poll brings nothing to disk but the device', async () => {
    const { port, journal } = await start();
    await ask(port, get('/iclock/getrequest?SN=TEST0001'));
    expect(journal.devices().map(({ sn, dialect }) => ({ sn, dialect }))).toEqual([
      { sn: 'TEST0001', dialect: 'adms' },
    ]);
  });
});

describe('law 3: a throwing dialect never makes a device resend forever', () => {
  function failing(fault: { readonly claims?: boolean } = {}): Dialect {
    return {
      name: 'adms',
      claims: ({ path }) => {
        if (fault.claims) throw new TypeError('claims failed');
        return path.startsWith('/iclock');
      },
      read: () => {
        throw new RangeError('Invalid array length');
      },
    };
  }

  it('its input is in quarantine without secrets, and acknowledged', async () => {
    const { port, listener, journal, log } = await start({ dialects: [failing()] });
    const answer = await ask(port, post('USER PIN=1\tPasswd=1234\tName=A\n'));
    expect(answer).toMatchObject({ status: 200, body: 'OK' });
    const [item] = journal.quarantine();
    expect(item).toMatchObject({ reason: 'dialect failed', source: 'adms', count: 1 });
    expect(Buffer.from(journal.quarantineItem(item!.id)!.content).toString()).toBe(
      'USER PIN=1\tPasswd=***\tName=A\n',
    );
    expect(listener.state().dialectFailures).toBe(1);
    expect(log.lines[0]!.fields).toMatchObject({ stack: expect.stringContaining('RangeError') });
  });

  it('a hundred of them are one line a minute', async () => {
    const { port, listener, log } = await start({ dialects: [failing()] });
    for (let i = 0; i < 100; i++) await ask(port, post('x'));
    expect(log.lines).toHaveLength(1);
    expect(listener.state().dialectFailures).toBe(100);
  });

  it('a long one in pieces that quarantine takes', async () => {
    const { port, journal } = await start({ dialects: [failing()] });
    const lines = Array.from({ length: 20_000 }, (_, i) => `${10_000 + i} x\n`).join('');
    await ask(port, post(lines));
    expect(
      journal
        .quarantine()
        .map(({ bytes }) => bytes)
        .reduce((a, b) => a + b),
    ).toBe(160_000);
  });

  it('when not even that can be stored: try again', async () => {
    const { port, between } = await start({ dialects: [failing()] });
    between.failure = new JournalUnavailable('quarantine-full', 'quarantine is full');
    expect((await ask(port, post('x'))).status).toBe(503);
  });

  it('nor does it keep others from claiming', async () => {
    const { port, users } = await start({ dialects: [failing({ claims: true }), ...createDialects()] });
    expect((await ask(port, post(punchLine(1)))).body).toBe('OK: 1');
    expect(users()).toEqual(['1']);
  });

  it('without a body there is nothing to lose, and nothing to acknowledge', async () => {
    const { port, journal } = await start({ dialects: [failing()] });
    expect((await ask(port, get('/iclock/getrequest?SN=A'))).status).toBe(503);
    expect(journal.quarantine()).toEqual([]);
  });
});

describe('requests are counted per dialect', () => {
  it('as they are claimed', async () => {
    const { port, listener } = await start();
    await ask(port, get('/iclock/getrequest?SN=TEST0001'));
    await ask(port, post(punchLine(1)));
    await ask(port, post('1\t2026-11-20 08:00:00\n', { path: '/anything' }));
    expect(listener.state()).toMatchObject({ requests: 3, requestsPerDialect: { adms: 2, plain: 1 } });
  });
});

describe('replies', () => {
  const replying = (reply: ReturnType<typeof textReply>): Dialect => ({
    name: 'adms',
    claims: () => true,
    read: () => emptyReading(reply),
  });

  async function answerOf(reply: ReturnType<typeof textReply>) {
    const clock = new ManualClock();
    const { port } = await start({ clock, dialects: [replying(reply)] });
    return await ask(port, get('/'));
  }

  it('are exactly the bytes of the dialect, and what it did not name', async () => {
    const answer = await answerOf({
      status: 200,
      headers: [
        ['response_code', 'OK'],
        ['trans_id', ''],
      ],
      body: 'ab',
    });
    expect(answer.text).toBe(
      [
        'HTTP/1.1 200 OK',
        'response_code: OK',
        'trans_id: ',
        'Date: Sun, 22 Nov 2026 01:00:00 GMT',
        'Content-Length: 2',
        'Connection: keep-alive',
        '',
        'ab',
      ].join('\r\n'),
    );
  });

  it('name nothing twice', async () => {
    const headers = [
      ['DATE', 'x'],
      ['content-length', '2'],
      ['connection', 'keep-alive'],
    ] as const;
    const answer = await answerOf({ status: 200, headers, body: 'ab' });
    expect(answer.headers).toEqual(headers);
  });

  it('may be binary, or text of any language', async () => {
    const bytes = Uint8Array.from([0, 255, 128, 13, 10]);
    expect(Buffer.from((await answerOf({ status: 200, headers: [], body: bytes })).body, 'latin1')).toEqual(
      Buffer.from(bytes),
    );
    const thai = await answerOf(textReply(200, 'สวัสดี'));
    expect(header(thai, 'content-length')).toBe('18');
    expect(Buffer.from(thai.body, 'latin1').toString()).toBe('สวัสดี');
  });

  it('without a body name no length', async () => {
    const answer = await answerOf({ status: 204, headers: [], body: '' });
    expect(answer.headers.map(([name]) => name)).toEqual(['Date', 'Connection']);
  });

  it("carry no header of the device's choice", async () => {
    const answer = await answerOf({ status: 200, headers: [['trans_id', 'a\r\nSet-Cookie: b']], body: '' });
    expect(header(answer, 'trans_id')).toBe('a Set-Cookie: b');
    expect(header(answer, 'set-cookie')).toBeUndefined();
  });
});
