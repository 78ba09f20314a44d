import { describe, expect, it } from 'vitest';
import { ask, Client, header } from './support/client.js';
import { BODY, SERVED } from './support/odd-requests.js';
import { get, PATH, post, punchLine } from './support/requests.js';
import { startListener } from './support/started.js';

describe('odd requests are served', () => {
  it.each(Object.entries(SERVED))('%s', async (_, bytes) => {
    const { port, users } = await startListener();
    const answer = await ask(port, bytes);
    expect(answer.status).toBe(200);
    expect(answer.body).toBe('OK: 1');
    expect(users()).toEqual(['1001']);
  });

  it.each(Object.entries(SERVED))('also when every byte comes alone: %s', async (_, bytes) => {
    const { port, users } = await startListener();
    const client = await Client.open(port);
    for (const byte of bytes) {
      client.send(byte);
      await new Promise((resolve) => setImmediate(resolve));
    }
    const answer = await client.waitForAnswer();
    expect(answer.body).toBe('OK: 1');
    expect(users()).toEqual(['1001']);
  });

  it('a path prefix, and requests without it as well', async () => {
    const { port, users } = await startListener({ settings: { pathPrefix: 'secret' } });
    await ask(port, post(punchLine(1), { path: `/secret${PATH}` }));
    await ask(port, post(punchLine(2)));
    expect(users()).toEqual(['1', '2']);
  });

  it('a body that is sent only when told to', async () => {
    const { port, users } = await startListener();
    const client = await Client.open(port);
    const [head, body] = post(BODY, { headers: ['Expect: 100-continue'] }).split('\r\n\r\n');
    client.send(`${head}\r\n\r\n`);
    await new Promise<void>((resolve) => client.socket.once('data', () => resolve()));
    expect(client.received).toBe('HTTP/1.1 100 Continue\r\n\r\n');
    expect((await client.send(body!).waitForAnswer()).body).toBe('OK: 1');
    expect(users()).toEqual(['1001']);
  });

  it('heads that need mending are counted', async () => {
    const { port, listener } = await startListener();
    await ask(port, SERVED['a blank in the target']!);
    await ask(port, SERVED['the usual one']!);
    expect(listener.state().repairedHeads).toBe(1);
  });

  it('a later head on a kept connection that needs mending', async () => {
    const { port, users } = await startListener();
    const client = await Client.open(port);
    await client.send(post(punchLine(1))).waitForAnswer();
    const odd = post(punchLine(2), { path: `${PATH}&t=2026-11-22 08:00` });
    const answers = await client.send(odd).waitForAnswers(2);
    expect(answers.map(({ body }) => body)).toEqual(['OK: 1', 'OK: 1']);
    expect(users()).toEqual(['1', '2']);
    client.destroy();
  });

  it("on a connection that Node's parser has: hung up on, and served on the next one", async () => {
    const { port, listener, users } = await startListener();
    const odd = post(punchLine(2), { path: `${PATH}&t=2026-11-22 08:00` });
    const client = await Client.open(port);
    await client.send(SERVED.chunks!).waitForAnswer();
    const answers = await client.send(odd).waitForClose();
    expect(answers.map(({ status }) => status)).toEqual([200, 400]);
    expect(listener.state().unreadable).toBe(1);
    await ask(port, odd);
    expect(users()).toEqual(['1001', '2']);
  });
});

describe('a body without length', () => {
  const HEAD = `POST ${PATH} HTTP/1.0\r\nHost: x\r\n\r\n`;

  it('is what comes until the client closes its side', async () => {
    const { port, users } = await startListener();
    const client = await Client.open(port);
    const [answer] = await client.send(HEAD).send(BODY).end().waitForClose();
    expect(answer?.body).toBe('OK: 1');
    expect(users()).toEqual(['1001']);
  });

  it('is refused when the end stays unknown: it could be truncated', async () => {
    const { port, listener, users } = await startListener();
    const client = await Client.open(port);
    const [answer] = await client.send(HEAD + BODY).waitForClose();
    expect(answer?.status).toBe(411);
    expect(answer?.body).not.toMatch(/^OK/);
    expect(users()).toEqual([]);
    expect(listener.state().lengthlessBodies).toBe(1);
  });

  it('is empty when nothing comes', async () => {
    const { port } = await startListener();
    const answer = await ask(port, 'POST /iclock/push?SN=TEST0001 HTTP/1.1\r\n\r\n');
    expect(answer.status).toBe(200);
  });

  it('is never acknowledged behind another request', async () => {
    const { port, users } = await startListener();
    const client = await Client.open(port);
    const answers = await client.send(post(punchLine(1)) + HEAD.replace('1.0', '1.1') + BODY).waitForClose();
    expect(answers[0]?.body).toBe('OK: 1');
    expect(answers.slice(1).filter(({ status }) => status === 200)).toEqual([]);
    expect(users()).toEqual(['1']);
  });
});

describe('what is no upload', () => {
  it('GET / tells a person what to type into the device', async () => {
    const { port } = await startListener();
    const answer = await ask(port, get('/'));
    expect(answer.status).toBe(200);
    expect(answer.body).toContain('hip is listening');
    expect(answer.body).toContain('127.0.0.1');
    expect(answer.body).toContain(String(port));
    expect(header(answer, 'content-type')).toBe('text/plain');
  });

  it('HEAD is answered without a body', async () => {
    const { port } = await startListener();
    for (const target of ['/', '/iclock/cdata?SN=TEST0001', '/anything']) {
      const answer = await ask(port, `HEAD ${target} HTTP/1.0\r\n\r\n`);
      expect(answer).toMatchObject({ status: 200, body: '' });
      expect(header(answer, 'content-length')).toBe('0');
    }
  });

  it('other paths are 404, also to data, and are counted and shown without secrets', async () => {
    const { port, listener, users } = await startListener();
    expect((await ask(port, get('/favicon.ico'))).status).toBe(404);
    const answer = await ask(port, post('{"a":1}', { path: '/api/login?password=hunter2' }));
    expect(answer.status).toBe(404);
    expect(answer.body).not.toMatch(/^OK/);
    expect(users()).toEqual([]);
    const { unclaimed, samples } = listener.state();
    expect(unclaimed).toBe(2);
    expect(samples.map(({ what }) => what)).toEqual([
      'GET /favicon.ico, 0 bytes',
      'POST /api/login?password=***, 7 bytes',
    ]);
  });

  it('CONNECT is refused', async () => {
    const { port } = await startListener();
    const client = await Client.open(port);
    const [answer] = await client.send('CONNECT example.org:443 HTTP/1.1\r\n\r\n').waitForClose();
    expect(answer?.status).toBe(413);
  });
});
