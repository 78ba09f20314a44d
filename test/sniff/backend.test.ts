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
  /** Its certificate is of an authority for which nobody on this PC has vouched. */
  async function startEncrypted(): Promise<number> {
    const { certPem: cert, keyPem: key } = createAuthority().issue({ names: ['localhost'] });
    const server: Server = createServer({ cert, key, allowHalfOpen: true }, (socket) => echo(socket));
    server.on('tlsClientError', () => undefined);
    onTestFinished(() => void server.close());
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return address.port;
  }

  it('does not speak to whom it can not know, and says why and what to do', async () => {
    const target = { host: 'localhost', port: await startEncrypted(), tls: true };
    const { port, seen } = await startTap(createBackend(target));
    const device = await call(port);
    expect(await device.send(post('secret')).waitForClose()).toEqual([]);
    expect((await seen.until('notice')).message).toMatch(
      /^https:\/\/localhost:\d+ can't be reached.*certificate.* With --insecure /,
    );
  });

  it.each(['localhost', '127.0.0.1'])(
    'speaks TLS to %s and plainly to the device where any certificate is taken',
    async (host) => {
      const target = { host, port: await startEncrypted(), tls: true, anyCertificate: true };
      const { port, seen } = await startTap(createBackend(target));
      const device = await call(port);
      expect(await device.send(post('secret')).waitForAnswer()).toMatchObject({
        status: 200,
        body: 'secret',
      });
      expect(seen.of('notice')).toEqual([]);
    },
  );
});
