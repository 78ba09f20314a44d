import { once } from 'node:events';
import { createServer, type Server } from 'node:tls';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createBackend, parseForward } from '../../src/lib/sniff/backend.js';
import { post } from '../listener/support/requests.js';
import { createAuthority } from '../support/certificates.js';
import { call, echo, startTap } from './rig.js';

describe('where to forward to', () => {
  it.each([
    ['http://192.168.1.10:8080', { host: '192.168.1.10', port: 8080, tls: false }],
    ['http://hip.example', { host: 'hip.example', port: 80, tls: false }],
    ['https://hip.example/', { host: 'hip.example', port: 443, tls: true }],
    ['http://[::1]:9090', { host: '::1', port: 9090, tls: false }],
  ])('%s', (text, target) => {
    expect(parseForward(text)).toEqual(target);
  });

  it.each(['192.168.1.10:8080', 'ftp://x', 'http://', 'http://x/iclock', 'http://x/?a', ''])(
    'not %j',
    (text) => {
      expect(() => parseForward(text)).toThrow(expect.objectContaining({ code: 'HIP_USAGE' }));
    },
  );
});

describe('forwarding to what is encrypted', () => {
  it('speaks TLS to the target and plainly to the device, and says why it can not', async () => {
    const { certPem: cert, keyPem: key } = createAuthority().issue({ names: ['localhost'] });
    const server: Server = createServer({ cert, key, allowHalfOpen: true }, (socket) => echo(socket));
    server.on('tlsClientError', () => undefined);
    onTestFinished(() => void server.close());
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const { port, seen } = await startTap(
      createBackend({ host: 'localhost', port: address.port, tls: true }),
    );
    // Nobody on this PC has vouched for the authority of the test.
    const device = await call(port);
    expect(await device.send(post('secret')).waitForClose()).toEqual([]);
    expect((await seen.until('notice')).message).toMatch(
      /^https:\/\/localhost:\d+ can't be reached.*certificate/,
    );
  });
});
