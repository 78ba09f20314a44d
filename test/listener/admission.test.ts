import { once } from 'node:events';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { createAllowList, isAddressRange } from '../../src/lib/listener/allow-list.js';
import { createAuthority } from '../support/certificates.js';
import { ask, Client } from './support/client.js';
import { get, post, punchLine } from './support/requests.js';
import { eventually, startListener } from './support/started.js';

describe('an allow list', () => {
  it('reads addresses and ranges of both families', () => {
    const list = createAllowList(['192.0.2.7', '198.51.100.0/24', 'fd00::/8']);
    const asked = ['192.0.2.7', '192.0.2.8', '198.51.100.200', 'fd12::1', 'fe80::1'];
    expect(asked.map((address) => list.has(address))).toEqual([true, false, true, true, false]);
  });

  it('that is empty lets everybody in', () => {
    expect(createAllowList([]).has('203.0.113.9')).toBe(true);
  });

  it.each(['192.0.2', '192.0.2.0/33', '192.0.2.0/', 'office', '192.0.2.0/24/1', '', 'fd00::/129'])(
    'does not take %j',
    (text) => {
      expect(isAddressRange(text)).toBe(false);
    },
  );

  it('closes on others before they are heard, and says so in the status', async () => {
    const { port, listener, users } = await startListener({ settings: { allowFrom: ['192.0.2.0/24'] } });
    const client = await Client.open(port);
    expect(await client.send(post(punchLine(1))).waitForClose()).toEqual([]);
    expect(users()).toEqual([]);
    expect(listener.state()).toMatchObject({ notAllowed: 1, samples: [{ kind: 'not-allowed' }] });
  });
});

describe('a required path prefix', () => {
  const settings = { pathPrefix: 'k3x9q', requirePathPrefix: true };

  it('serves what has it, whatever the number of slashes', async () => {
    const { port, users } = await startListener({ settings });
    const path = '//k3x9q/iclock/cdata?SN=TEST0001&table=ATTLOG&Stamp=1';
    expect((await ask(port, post(punchLine(1), { path }))).body).toBe('OK: 1');
    expect(users()).toEqual(['1']);
  });

  it.each(['/iclock/cdata', '/k3x9/iclock/cdata', '/k3x9qq/iclock/cdata', '/a/k3x9q/iclock/cdata'])(
    'knows nobody at %s',
    async (path) => {
      const { port, users } = await startListener({ settings });
      const answer = await ask(
        port,
        post(punchLine(1), { path: `${path}?SN=TEST0001&table=ATTLOG&Stamp=1` }),
      );
      expect(answer.status).toBe(404);
      expect(users()).toEqual([]);
    },
  );
});

describe('the port for HTTPS', () => {
  const authority = createAuthority();
  const { certPem: cert, keyPem: key } = authority.issue({ addresses: ['127.0.0.1'] });
  const settings = { tls: { port: 0, cert, key } };

  it('takes punches like the other one', async () => {
    const { port, listener, users } = await startListener({ settings });
    const answer = await askTls(listener.state().secure!.port, post(punchLine(1)), authority.certPem);
    expect(answer).toContain('OK: 1');
    expect((await ask(port, post(punchLine(2)))).body).toBe('OK: 1');
    expect(users()).toEqual(['1', '2']);
  });

  it('hangs up on a stranger before the handshake', async () => {
    const { listener } = await startListener({ settings: { ...settings, allowFrom: ['192.0.2.0/24'] } });
    const { port } = listener.state().secure!;
    const heard: Buffer[] = [];
    const stranger = connect(port, '127.0.0.1', () => stranger.write(CLIENT_HELLO));
    stranger.on('data', (bytes) => heard.push(bytes));
    stranger.on('error', () => undefined);
    await once(stranger, 'close');
    expect(heard).toEqual([]);
    // Refused once, by its address: not counted again as a handshake that failed.
    await eventually(() => expect(listener.state()).toMatchObject({ notAllowed: 1, nonHttp: 0 }));
    expect(listener.state().openSockets).toBe(0);
  });

  it('counts a client that speaks plain HTTP there', async () => {
    const { listener } = await startListener({ settings });
    const client = await Client.open(listener.state().secure!.port);
    await client.send(get('/')).waitForClose();
    await eventually(() => listener.state().nonHttp === 1);
  });

  it('is refused with a certificate that does not fit its key', async () => {
    const other = authority.issue({ addresses: ['127.0.0.1'] });
    await expect(startListener({ settings: { tls: { port: 0, cert, key: other.keyPem } } })).rejects.toThrow(
      /certificate for HTTPS/,
    );
  });
});

/** The head of a handshake is enough to make a server answer with an alert. */
const CLIENT_HELLO = Buffer.from([0x16, 0x03, 0x01, 0x00, 0x04, 0x01, 0x00, 0x00, 0x00]);

function askTls(port: number, request: string, ca: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connectTls({ port, host: '127.0.0.1', ca }, () => socket.write(request));
    let received = '';
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
      if (received.includes('OK')) socket.end();
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(received));
  });
}
