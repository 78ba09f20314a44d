import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DeviceRequest } from '../../src/lib/simulate/device.js';
import { openWire, type Wire } from '../../src/lib/simulate/wire.js';

const REQUEST: DeviceRequest = {
  httpVersion: '1.0',
  purpose: 'poll',
  method: 'POST',
  target: '/',
  headers: [
    ['Content-Type', 'application/octet-stream'],
    ['request_code', 'receive_cmd'],
    ['Content-Type', 'application/octet-stream'],
  ],
  body: new Uint8Array([1, 0, 255]),
  punches: 0,
};

let server: Server;
let seen: Buffer[];
let answer: (socket: Socket) => void;
let wire: Wire;

beforeEach(async () => {
  seen = [];
  server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      seen.push(chunk);
      answer(socket);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const target = new URL(`http://127.0.0.1:${port}/fk`);
  wire = openWire({ target, keepAlive: true, timeoutMs: 2_000 });
});
afterEach(() => {
  wire.close();
  server.close();
});

describe('a request in HTTP/1.0', () => {
  it('goes out as a terminal writes it, on a connection of its own', async () => {
    answer = (socket) =>
      socket.end('HTTP/1.1 200 OK\r\nresponse_code: OK\r\nTrans_Id: 7\r\nCONTENT-LENGTH: 2\r\n\r\nabc');
    const reply = await wire.exchange(REQUEST);
    expect(Buffer.concat(seen).toString('latin1')).toBe(
      'POST /fk/ HTTP/1.0\r\nContent-Type: application/octet-stream\r\nrequest_code: receive_cmd\r\n' +
        'Content-Type: application/octet-stream\r\nConnection: close\r\nContent-Length: 3\r\n\r\n\u0001\u0000\u00ff',
    );
    expect(reply).toMatchObject({ status: 200, body: Buffer.from('ab') });
    // Terminals know only their own spelling.
    expect(reply?.headers.get('response_code')).toBe('OK');
    expect(reply?.headers.get('trans_id')).toBeUndefined();
  });

  it('takes a 204 as complete', async () => {
    answer = (socket) => socket.end('HTTP/1.1 204 No Content\r\nresponse_code: OK\r\n\r\n');
    expect(await wire.exchange(REQUEST)).toMatchObject({ status: 204 });
  });

  it.each([
    ['cut in its head', 'HTTP/1.1 200 OK\r\nresponse_code: OK\r\n'],
    ['cut in its body', 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab'],
    ['without a length', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
  ])('takes a reply %s for none', async (_, text) => {
    answer = (socket) => socket.end(text);
    expect(await wire.exchange(REQUEST)).toBeNull();
  });

  it('takes a refused connection for none', async () => {
    server.close();
    await once(server, 'close');
    expect(await wire.exchange(REQUEST)).toBeNull();
  });
});
