import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/lib/app.js';
import { HipError } from '../../src/lib/errors.js';
import { bind } from '../../src/lib/listener/bind.js';
import { noSaver } from '../../src/lib/sniff/saver.js';
import { createTap } from '../../src/lib/sniff/tap.js';
import { get, post } from '../listener/support/requests.js';
import { call, echo, startReceiver, startTap } from './rig.js';

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

/** Does the same on every connection: takes all, answers with `reply` as soon as `enough` has come. */
function answering(reply: string, enough: RegExp, then: (socket: Socket) => void = () => undefined) {
  return (socket: Socket): void => {
    let text = '';
    let isDone = false;
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      if (isDone || !enough.test(text)) return;
      isDone = true;
      socket.write(reply, 'latin1');
      then(socket);
    });
    socket.on('end', () => socket.end());
  };
}

describe('a connection through the tap', () => {
  it('shows every exchange with its bytes, and who hung up', async () => {
    const { port, seen } = await startTap(await startReceiver(echo));
    const device = await call(port);
    await device.send(post('one')).waitForAnswers(1);
    await device.send(post('two') + get('/poll')).waitForAnswers(3);
    device.end();
    const end = await seen.until('end');
    const exchanges = seen.of('exchange');
    expect(exchanges.map(({ number, requestBytes }) => [number, latin1(requestBytes)])).toEqual([
      [1, post('one')],
      [2, post('two')],
      [3, get('/poll')],
    ]);
    expect(exchanges.map(({ reply }) => latin1(reply!.body))).toEqual(['one', 'two', '']);
    expect(latin1(exchanges[0]!.reply!.bytes)).toBe('HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\none');
    expect(exchanges[0]).toMatchObject({
      requestIsWhole: true,
      connection: { id: 1, port, remoteAddress: '127.0.0.1', remotePort: device.socket.localPort },
      reply: { status: 200, reason: 'OK', httpVersion: '1.1', rawHeaders: ['Content-Length', '3'] },
    });
    const bytesIn = post('one').length + post('two').length + get('/poll').length;
    expect(end).toMatchObject({ by: 'device', exchanges: 3, bytesIn, bytesOut: device.received.length });
  });

  it('passes bytes on one by one, as a device on bad Wi-Fi sends them', async () => {
    const { port, seen } = await startTap(await startReceiver(echo));
    const device = await call(port);
    for (const byte of post('slow')) {
      device.send(byte);
      await new Promise<void>((resolve) => device.socket.write('', () => setImmediate(resolve)));
    }
    expect((await device.waitForAnswer()).body).toBe('slow');
    expect(latin1((await seen.until('exchange')).requestBytes)).toBe(post('slow'));
  });

  it('lets a device close its side and still hear the answer, to its last byte', async () => {
    const reply = `HTTP/1.0 200 OK\r\n\r\n${'x'.repeat(300_000)}`;
    const receiver = await startReceiver((socket) => {
      socket.resume();
      socket.on('end', () => socket.end(reply));
    });
    const { port, seen } = await startTap(receiver);
    const device = await call(port);
    await device
      .send(post('bye', { version: '1.0' }))
      .end()
      .waitForClose();
    expect(device.received).toBe(reply);
    const { reply: seenReply } = await seen.until('exchange');
    expect(latin1(seenReply!.bytes)).toBe(reply);
  });

  it('tells the answer and not "100 Continue"', async () => {
    const receiver = await startReceiver(
      answering('HTTP/1.1 100 Continue\r\n\r\n', /\r\n\r\n/, (socket) => {
        socket.on('data', () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK'));
      }),
    );
    const { port, seen } = await startTap(receiver);
    const device = await call(port);
    const text = post('body', { headers: ['Expect: 100-continue'] });
    device.send(text.slice(0, -4));
    while (!device.received.includes('Continue')) await new Promise((resolve) => setImmediate(resolve));
    await device.send('body').waitForAnswers(1);
    const exchange = await seen.until('exchange');
    expect(latin1(exchange.requestBytes)).toBe(text);
    expect(exchange.reply?.status).toBe(200);
  });

  it('takes a body without length for whole when it is answered', async () => {
    const receiver = await startReceiver(answering('HTTP/1.1 411 No\r\nContent-Length: 0\r\n\r\n', /abc/));
    const { port, seen } = await startTap(receiver);
    const device = await call(port);
    await device.send('POST /x HTTP/1.1\r\n\r\nabc').waitForAnswer();
    const exchange = await seen.until('exchange');
    expect(exchange).toMatchObject({ requestIsWhole: true, reply: { status: 411 } });
    expect(latin1(exchange.request.body)).toBe('abc');
  });

  it('tells what stayed without an answer, and what broke off', async () => {
    const mute = await startReceiver((socket) => socket.resume().on('end', () => socket.end()));
    const { port, seen } = await startTap(mute);
    const device = await call(port);
    device.send(post('one') + post('two').slice(0, -1)).end();
    await seen.until('end');
    const told = seen.of('exchange').map(({ request, requestIsWhole, reply }) => {
      return [latin1(request.body), requestIsWhole, reply];
    });
    expect(told).toEqual([
      ['one', true, null],
      ['tw', false, null],
    ]);
  });

  it('outlives devices that hang up with a reset', async () => {
    const { port, seen } = await startTap(await startReceiver(echo));
    for (let i = 0; i < 5; i += 1) {
      const device = await call(port);
      device.send(post('one'));
      device.socket.resetAndDestroy();
    }
    await seen.until('end', 5);
    expect((await (await call(port)).send(post('two')).waitForAnswer()).body).toBe('two');
  });

  it('serves two hundred at once', async () => {
    const { port, seen } = await startTap(await startReceiver(echo));
    const devices = await Promise.all(Array.from({ length: 200 }, () => call(port)));
    await Promise.all(
      devices.map(async (device, i) => {
        for (const round of ['a', 'b', 'c']) device.send(post(`${i}${round}`));
        const answers = await device.waitForAnswers(3);
        expect(answers.map(({ body }) => body)).toEqual([`${i}a`, `${i}b`, `${i}c`]);
      }),
    );
    for (const exchange of seen.of('exchange')) {
      expect(latin1(exchange.reply!.body)).toBe(latin1(exchange.request.body));
    }
    expect(seen.of('exchange')).toHaveLength(600);
    expect(new Set(seen.of('exchange').map(({ number }) => number)).size).toBe(600);
  });
});

describe('what is no HTTP', () => {
  it('is told once, as soon as it pauses, and passed on like everything', async () => {
    const received: string[] = [];
    const receiver = await startReceiver((socket) => {
      socket.on('data', (chunk) => received.push(chunk.toString('latin1')));
      socket.on('end', () => socket.end('\xaa\x55', 'latin1'));
    });
    const { port, seen } = await startTap(receiver);
    const device = await call(port);
    device.send('\x55\xaa\x01');
    expect(latin1((await seen.until('foreign')).head)).toBe('\x55\xaa\x01');
    await device.send('more').end().waitForClose();
    await seen.until('end');
    expect(received.join('')).toBe('\x55\xaa\x01more');
    expect(device.received).toBe('\xaa\x55');
    expect(seen.of('foreign')).toHaveLength(1);
  });

  it('may be nothing at all', async () => {
    const { port, seen } = await startTap(null);
    (await call(port)).end();
    expect(await seen.until('end')).toMatchObject({ bytesIn: 0, bytesOut: 0, exchanges: 0, by: 'device' });
  });
});

describe('without anybody who answers', () => {
  it('tells a request as soon as it is whole, and writes nothing', async () => {
    const { port, seen } = await startTap(null);
    const device = await call(port);
    device.send(post('one') + get('/poll'));
    await seen.until('exchange', 2);
    expect(seen.of('exchange').map(({ reply }) => reply)).toEqual([null, null]);
    await device.end().waitForClose();
    expect(device.received).toBe('');
    expect(await seen.until('end')).toMatchObject({ bytesOut: 0, exchanges: 2, by: 'device' });
  });
});

describe('when what answers goes away', () => {
  it('says so once, hangs up on devices, and says when it answers again', async () => {
    const receiver = await startReceiver(echo);
    const { port, seen } = await startTap(receiver);
    await (await call(port)).send(post('one')).waitForAnswer();
    await receiver.close();
    for (let i = 0; i < 3; i += 1) {
      const device = await call(port);
      expect(await device.send(post('lost')).waitForClose()).toEqual([]);
    }
    expect(seen.of('notice').map(({ message }) => message)).toEqual([
      expect.stringMatching(/^the receiver can't be reached.*ECONNREFUSED/),
    ]);
    await startReceiver(echo, receiver.port);
    await (await call(port)).send(post('two')).waitForAnswer();
    expect(seen.of('notice').at(-1)?.message).toMatch(/answers again/);
    const lost = seen.of('exchange').filter(({ request }) => latin1(request.body) === 'lost');
    expect(lost.map(({ reply }) => reply)).toEqual([null, null, null]);
  });

  it('passes on what came of an answer that broke off', async () => {
    const part = 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhal';
    const receiver = await startReceiver(answering(part, /one/, (socket) => socket.end()));
    const { port, seen } = await startTap(receiver);
    const device = await call(port);
    await device.send(post('one')).waitForClose();
    expect(device.received).toBe(part);
    expect(await seen.until('end')).toMatchObject({ by: 'us', exchanges: 1 });
    expect(latin1(seen.of('exchange')[0]!.reply!.body)).toBe('hal');
  });
});

it('hangs up on everybody when it stops, and tells of each', async () => {
  const { port, seen, stop } = await startTap(await startReceiver(echo));
  const devices = await Promise.all([call(port), call(port)]);
  for (const device of devices) await device.send(post('one')).waitForAnswer();
  await stop();
  expect(seen.of('end').map(({ by }) => by)).toEqual(['us', 'us']);
  await Promise.all(devices.map((device) => device.waitForClose()));
});

it('opens all ports or none', async () => {
  const { port } = await startTap(null);
  const receiver = await startReceiver(echo);
  await receiver.close();
  const free = receiver.port;
  const parts = { bind, backend: null, recorder: noSaver, clock: systemClock, observe: () => undefined };
  const tap = createTap({
    ...parts,
    addresses: [free, port].map((one) => ({ host: '127.0.0.1', port: one })),
  });
  const error = await tap.start().catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(HipError);
  expect(error).toMatchObject({ code: 'HIP_PORT_IN_USE' });
  await expect(startReceiver(echo, free)).resolves.toMatchObject({ port: free });
});

it('lets nothing more pass while the recorder has no room', async () => {
  let resolve: () => void = () => undefined;
  const room = new Promise<void>((done) => {
    resolve = done;
  });
  const passed: string[] = [];
  let isFull = true;
  const recorder = {
    ...noSaver,
    passed: (chunk: Buffer) => void passed.push(latin1(chunk)),
    whenReady: () => (isFull ? room : null),
  };
  const { port } = await startTap(await startReceiver(echo), recorder);
  const device = await call(port);
  device.send(post('one'));
  await expect.poll(() => passed.length).toBe(2);
  device.send(post('two'));
  // What came later on another connection has been read: what came before could have been as well.
  (await call(port)).send(post('three'));
  await expect.poll(() => passed.join('')).toContain('three');
  expect(passed.join('')).not.toContain('two');
  isFull = false;
  resolve();
  expect((await device.waitForAnswers(2)).map(({ body }) => body)).toEqual(['one', 'two']);
});
