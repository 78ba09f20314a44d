import { describe, expect, it } from 'vitest';
import { type Dialect, emptyReading, textReply } from '../../src/lib/dialects/dialect.js';
import { ask, Client, header } from './support/client.js';
import { get, PATH, post, punchLine } from './support/requests.js';
import { eventually, ManualClock, startListener } from './support/started.js';

describe('a body over the limit hears the dialect\'s "try again"', () => {
  const settings = { maxBodyBytes: 1_000 };
  const large = punchLine(1).repeat(100);

  it('when its length says so', async () => {
    const { port, listener, users } = await startListener({ settings });
    const client = await Client.open(port);
    const [answer] = await client.send(post(large)).waitForClose();
    expect(answer!.status).toBe(413);
    expect(answer!.body).not.toMatch(/^OK/);
    expect(header(answer!, 'connection')).toBe('close');
    expect(users()).toEqual([]);
    expect(listener.state().overLimit).toBe(1);
  });

  it('when it comes in chunks', async () => {
    const { port, listener, users } = await startListener({ settings });
    const client = await Client.open(port);
    const chunk = `${large.length.toString(16)}\r\n${large}\r\n`;
    client.send(`POST ${PATH} HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n${chunk}${chunk}0\r\n\r\n`);
    const [answer] = await client.waitForClose();
    expect(answer!.status).toBe(413);
    expect(users()).toEqual([]);
    expect(listener.state().overLimit).toBe(1);
  });

  it('before it is sent, when the client asks first', async () => {
    const { port } = await startListener({ settings });
    const client = await Client.open(port);
    const [head] = post(large, { headers: ['Expect: 100-continue'] }).split('\r\n\r\n');
    const [answer] = await client.send(`${head}\r\n\r\n`).waitForClose();
    expect(answer!.status).toBe(413);
    expect(client.received).not.toContain('100 Continue');
  });

  it('in its own words for FKWeb, and 413 where no dialect knows the request', async () => {
    const { port } = await startListener({ settings });
    const fk = ['request_code: realtime_glog', 'dev_id: TEST0001', 'blk_no: 0'];
    const refused = await ask(port, post(large, { path: '/', headers: fk }));
    expect(header(refused, 'response_code')).toMatch(/^ERROR/);
    expect(
      (await ask(port, post(large, { path: '/api/other', headers: ['Content-Type: application/json'] })))
        .status,
    ).not.toBe(200);
  });

  it('and just below the limit is served', async () => {
    const { port } = await startListener({ settings: { maxBodyBytes: punchLine(1).length } });
    expect((await ask(port, post(punchLine(1)))).body).toBe('OK: 1');
  });
});

describe('a head over the limit', () => {
  const settings = { maxHeaderBytes: 2_048 };
  const long = `X-Long: ${'x'.repeat(4_000)}`;

  it('hears "try again" in the words of its dialect', async () => {
    const { port, listener } = await startListener({ settings });
    const [answer] = await (await Client.open(port))
      .send(post(punchLine(1), { headers: [long] }))
      .waitForClose();
    expect(answer!.status).toBe(413);
    expect(listener.state().overLimit).toBe(1);
  });

  it('also while it has no end', async () => {
    const { port } = await startListener({ settings });
    const [answer] = await (await Client.open(port)).send(`POST ${PATH} HTTP/1.1\r\n${long}`).waitForClose();
    expect(answer!.status).toBe(413);
  });

  it('closes a kept connection', async () => {
    const { port, users } = await startListener({ settings });
    const client = await Client.open(port);
    await client.send(post(punchLine(1))).waitForAnswer();
    const answers = await client.send(post(punchLine(2), { headers: [long] })).waitForClose();
    expect(answers[1]!.status).toBe(413);
    expect(users()).toEqual(['1']);
  });
});

describe('slow clients', () => {
  it('get so much time for their first head', async () => {
    const clock = new ManualClock();
    const { port, listener } = await startListener({ clock, settings: { headerTimeoutMs: 20_000 } });
    const client = await Client.open(port);
    client.send('POST /iclock');
    await eventually(() => expect(listener.state().openSockets).toBe(1));
    await ask(port, get('/'));
    clock.advance(19_000);
    client.send('/cdata');
    await ask(port, get('/'));
    clock.advance(1_000);
    expect((await client.waitForClose())[0]!.status).toBe(408);
    expect(listener.state().timedOut).toBe(1);
  });

  it('and so much for a later head, or a body', async () => {
    const { port, listener, users } = await startListener({
      settings: { headerTimeoutMs: 150, bodyTimeoutMs: 300 },
    });
    const head = await Client.open(port);
    await head.send(post(punchLine(1))).waitForAnswer();
    const answers = await head.send('POST /iclock').waitForClose();
    expect(answers[1]!.status).toBe(408);
    const body = await Client.open(port);
    const [answer] = await body.send(post(punchLine(2)).slice(0, -5)).waitForClose();
    expect(answer!.status).toBe(408);
    expect(listener.state().timedOut).toBe(2);
    expect(users()).toEqual(['1']);
  });

  it('kept connections go when they are idle too long, and not before', async () => {
    const clock = new ManualClock();
    const { port } = await startListener({ clock, settings: { idleTimeoutMs: 75_000 } });
    const client = await Client.open(port);
    await client.send(get('/')).waitForAnswers(1);
    clock.advance(70_000);
    await client.send(get('/')).waitForAnswers(2);
    clock.advance(70_000);
    await client.send(get('/')).waitForAnswers(3);
    clock.advance(76_000);
    await client.waitForClose();
  });
});

it('who does not read his answer is hung up on all the same', async () => {
  const clock = new ManualClock();
  const huge: Dialect = {
    name: 'plain',
    claims: () => true,
    read: () => emptyReading(textReply(200, 'x'.repeat(32 * 1024 * 1024))),
  };
  const { port, listener } = await startListener({ clock, dialects: [huge] });
  const client = await Client.open(port);
  client.socket.pause();
  client.send(get('/'));
  await eventually(() => expect(listener.state().requests).toBe(1));
  clock.advance(80_000);
  await eventually(() => expect(listener.state().openSockets).toBe(0));
  client.destroy();
});

describe('what is no HTTP', () => {
  it('silent sockets are counted, whoever closes', async () => {
    const clock = new ManualClock();
    const { port, listener } = await startListener({ clock, settings: { headerTimeoutMs: 20_000 } });
    (await Client.open(port)).end();
    await eventually(() => expect(listener.state().silentSockets).toBe(1));
    const patient = await Client.open(port);
    await eventually(() => expect(listener.state().openSockets).toBe(1));
    clock.advance(20_000);
    expect(await patient.waitForClose()).toEqual([]);
    const { silentSockets, samples } = listener.state();
    expect(silentSockets).toBe(2);
    expect(samples[0]).toMatchObject({ kind: 'silent', remoteAddress: '127.0.0.1' });
  });

  it('other protocols are hung up on, counted, and their first 64 bytes kept', async () => {
    const { port, listener } = await startListener();
    const tls = Buffer.from('16030102000100', 'hex');
    await (await Client.open(port)).send(tls).waitForClose();
    await (await Client.open(port))
      .send(`1001\t2026-11-20 08:00:00 password=geheim ${'x'.repeat(200)}\n`)
      .waitForClose();
    const { nonHttp, samples } = listener.state();
    expect(nonHttp).toBe(2);
    expect(samples[0]).toMatchObject({
      kind: 'non-http',
      what: expect.stringContaining('HTTPS'),
      hex: tls.toString('hex'),
    });
    expect(samples[1]!.text).toBe('1001.2026-11-20 08:00:00 password=***');
    expect(Buffer.from(samples[1]!.hex!, 'hex').toString()).not.toContain('geheim');
  });

  it('much of it does not grow without bound', async () => {
    const { port, listener } = await startListener();
    for (let i = 0; i < 40; i++) await (await Client.open(port)).send(`noise ${i}\n`).waitForClose();
    const { nonHttp, samples } = listener.state();
    expect(nonHttp).toBe(40);
    expect(samples).toHaveLength(16);
    expect(samples.at(-1)!.text).toBe('noise 39.');
  });
});

describe('at the limit of open sockets', () => {
  it('the longest idle goes, not the new one', async () => {
    const clock = new ManualClock();
    const { port, listener } = await startListener({ clock, settings: { maxSockets: 3 } });
    const clients = [];
    for (let i = 0; i < 3; i++) {
      clock.advance(10);
      clients.push(await Client.open(port));
      await clients[i]!.send(get('/')).waitForAnswer();
    }
    clock.advance(10);
    await clients[0]!.send(get('/')).waitForAnswers(2);
    clock.advance(10);
    expect((await ask(port, post(punchLine(1)))).body).toBe('OK: 1');
    await clients[1]!.waitForClose();
    expect(clients[0]!.isClosed).toBe(false);
    expect(listener.state().evictedSockets).toBe(1);
  });

  it('silent sockets go before busy ones', async () => {
    const { port, users } = await startListener({ settings: { maxSockets: 20 } });
    const silent = [];
    for (let i = 0; i < 40; i++) silent.push(await Client.open(port));
    const client = await Client.open(port);
    expect((await client.send(post(punchLine(1))).waitForAnswer()).body).toBe('OK: 1');
    expect(users()).toEqual(['1']);
    for (const one of silent) one.destroy();
  });

  it('one address gets so many, when that is set', async () => {
    const { port, listener } = await startListener({ settings: { maxSocketsPerAddress: 2 } });
    const first = await Client.open(port);
    const second = await Client.open(port);
    await first.send(get('/')).waitForAnswer();
    await second.send(get('/')).waitForAnswer();
    await (await Client.open(port)).waitForClose();
    first.destroy();
    await eventually(() => expect(listener.state().openSockets).toBe(1));
    expect((await ask(port, get('/'))).status).toBe(200);
  });

  it('a thousand at once are all served', async () => {
    const { port, listener, users } = await startListener();
    const clients = await Promise.all(Array.from({ length: 1_000 }, () => Client.open(port)));
    const answers = await Promise.all(
      clients.map((client, i) => client.send(post(punchLine(1_000 + i))).waitForAnswer()),
    );
    expect(answers.every(({ body }) => body === 'OK: 1')).toBe(true);
    expect(users()).toHaveLength(1_000);
    expect(listener.state()).toMatchObject({ openSockets: 1_000, evictedSockets: 0, requests: 1_000 });
    for (const client of clients) client.destroy();
  });
});
