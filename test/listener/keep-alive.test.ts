import { describe, expect, it } from 'vitest';
import { type Dialect, emptyReading, textReply } from '../../src/lib/dialects/dialect.js';
import { ask, Client, header } from './support/client.js';
import { get, PATH, post, punchLine } from './support/requests.js';
import { ManualClock, startListener } from './support/started.js';

describe('keep-alive', () => {
  const KEPT = [[], ['Connection: keep-alive'], ['Connection: Keep-Alive']];
  const CLOSED = [
    ['Connection: close'],
    ['Connection: starting'],
    ['Connection: Close'],
    ['Connection: keep-alive, x'],
  ];

  it.each(KEPT)('is for HTTP/1.1 with: %s', async (...headers) => {
    const { port } = await startListener();
    const client = await Client.open(port);
    const first = await client.send(post(punchLine(1), { headers })).waitForAnswer();
    expect(header(first, 'connection')).toBe('keep-alive');
    await client.send(post(punchLine(2), { headers })).waitForAnswers(2);
    expect(client.isClosed).toBe(false);
    client.destroy();
  });

  it.each(CLOSED)('is not for: %s', async (...headers) => {
    const { port } = await startListener();
    const client = await Client.open(port);
    const answers = await client.send(post(punchLine(1), { headers })).waitForClose();
    expect(header(answers[0]!, 'connection')).toBe('close');
  });

  it.each([[], ['Connection: keep-alive']])('is not for HTTP/1.0, even with: %s', async (...headers) => {
    const { port } = await startListener();
    const client = await Client.open(port);
    const answers = await client.send(post(punchLine(1), { version: '1.0', headers })).waitForClose();
    expect(answers[0]!.body).toBe('OK: 1');
    expect(header(answers[0]!, 'connection')).toBe('close');
  });

  it('also holds for polls and for what nobody claims', async () => {
    const { port } = await startListener();
    const client = await Client.open(port);
    client.send(get('/iclock/getrequest?SN=TEST0001'));
    await client.waitForAnswers(1);
    client.send(get('/nothing'));
    await client.waitForAnswers(2);
    client.send(get('/iclock/getrequest?SN=TEST0001', ['Connection: close']));
    expect((await client.waitForClose()).map(({ status }) => status)).toEqual([200, 404, 200]);
  });
});

describe('pipelining', () => {
  it('answers in order, each after its commit', async () => {
    const { port, users } = await startListener();
    const client = await Client.open(port);
    const ids = Array.from({ length: 200 }, (_, i) => String(1000 + i));
    const bytes = ids.map((id, i) =>
      i % 3 === 0 ? get(`/iclock/cdata?SN=TEST0001&options=all&i=${i}`) : post(punchLine(id)),
    );
    const answers = await client.send(bytes.join('')).waitForAnswers(ids.length);
    for (const [i, { body }] of answers.entries()) {
      if (i % 3 === 0) expect(body).toMatch(/^GET OPTION FROM: ?TEST0001/);
      else expect(body).toBe('OK: 1');
    }
    expect(users()).toEqual(ids.filter((_, i) => i % 3 !== 0));
    client.destroy();
  });

  it('stops at the first request that asks to close', async () => {
    const { port, users } = await startListener();
    const client = await Client.open(port);
    const closing = post(punchLine(2), { headers: ['Connection: close'] });
    const answers = await client.send(post(punchLine(1)) + closing).waitForClose();
    expect(answers.map(({ body }) => body)).toEqual(['OK: 1', 'OK: 1']);
    expect(users()).toEqual(['1', '2']);
  });
});

describe('a line end behind a body', () => {
  it.each([[[]], [['Connection: close']]])('belongs to nothing, with headers %j', async (headers) => {
    const { port, listener, users } = await startListener();
    const client = await Client.open(port);
    await client.send(`${post(punchLine(1), { headers })}\r\n`).waitForAnswer();
    expect(users()).toEqual(['1']);
    expect(listener.state()).toMatchObject({ unreadable: 0, truncated: 0 });
  });

  it('nor when it comes alone, before a long pause', async () => {
    const clock = new ManualClock();
    const { port, listener } = await startListener({ clock });
    const client = await Client.open(port);
    await client.send(post(punchLine(1))).waitForAnswer();
    client.send('\r\n');
    await ask(port, get('/'));
    clock.advance(30_000);
    const answers = await client.send(post(punchLine(2))).waitForAnswers(2);
    expect(answers.map(({ body }) => body)).toEqual(['OK: 1', 'OK: 1']);
    expect(listener.state().timedOut).toBe(0);
  });
});

describe('a client that does not read its answers', () => {
  const SIZE = 1_000_000;
  const COUNT = 40;
  const large: Dialect = {
    name: 'adms',
    claims: () => true,
    read: () => emptyReading(textReply(200, 'x'.repeat(SIZE))),
  };

  it.each([
    ['on the short road', ''],
    ["with Node's parser", 'Transfer-Encoding: chunked\r\n\r\n0\r\n'],
  ])('gets no further, and loses nothing: %s', async (_, rest) => {
    const { port, listener } = await startListener({ dialects: [large] });
    const client = await Client.open(port);
    client.socket.pause();
    for (let i = 0; i < COUNT; i++) {
      client.send(`GET / HTTP/1.1\r\n${rest}\r\n`);
      for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    }
    // What fits into the buffers of both sockets is some megabytes.
    expect(listener.state().requests).toBeLessThan(COUNT / 2);
    client.socket.resume();
    await expect.poll(() => client.received.length, { timeout: 20_000 }).toBeGreaterThan(COUNT * SIZE);
    expect(listener.state().requests).toBe(COUNT);
    client.destroy();
  });
});

describe('a client that closes its side', () => {
  it('after a whole request still gets its answer', async () => {
    const { port, users } = await startListener();
    const client = await Client.open(port);
    const answers = await client
      .send(post(punchLine(1)))
      .end()
      .waitForClose();
    expect(answers[0]?.body).toBe('OK: 1');
    expect(users()).toEqual(['1']);
  });

  it('after several pipelined ones gets them all', async () => {
    const { port } = await startListener();
    const client = await Client.open(port);
    const bytes = [1, 2, 3].map((user) => post(punchLine(user))).join('');
    expect(await client.send(bytes).end().waitForClose()).toHaveLength(3);
  });

  it('that resets while its punch is committed harms nobody', async () => {
    const { port, users, listener } = await startListener();
    for (let user = 0; user < 20; user++) {
      const client = await Client.open(port);
      client.send(post(punchLine(100 + user)));
      client.socket.resetAndDestroy();
    }
    expect((await ask(port, post(punchLine(1)))).body).toBe('OK: 1');
    expect(users()).toContain('1');
    expect(listener.state().listening).not.toBeNull();
  });
});

describe('a wrong Content-Length', () => {
  it('shorter than the body: what was announced is answered, the rest is counted and shown', async () => {
    const { port, listener, users } = await startListener();
    const line = punchLine(1);
    const client = await Client.open(port);
    const head = `POST ${PATH} HTTP/1.1\r\nContent-Length: ${line.length}\r\n\r\n`;
    const answers = await client.send(`${head}${line}2002\t2026`).waitForClose();
    expect(answers[0]?.body).toBe('OK: 1');
    expect(users()).toEqual(['1']);
    const { unreadable, samples } = listener.state();
    expect(unreadable).toBe(1);
    expect(samples[0]).toMatchObject({ kind: 'unreadable', text: '2002.2026' });
  });

  it('longer than the body: never stored, never acknowledged, counted', async () => {
    const { port, listener, users } = await startListener();
    const line = punchLine(1);
    const short = `POST ${PATH} HTTP/1.1\r\nContent-Length: ${line.length + 1}\r\n\r\n${line}`;
    const closing = await Client.open(port);
    const answers = await closing.send(short).end().waitForClose();
    expect(answers.every(({ status }) => status === 400)).toBe(true);
    const resetting = await Client.open(port);
    resetting.send(short);
    await ask(port, get('/'));
    resetting.socket.resetAndDestroy();
    await ask(port, get('/'));
    await expect.poll(() => listener.state().truncated).toBe(2);
    expect(users()).toEqual([]);
  });
});
