import { describe, expect, it, onTestFinished } from 'vitest';
import { createStatusEndpoint } from '../../src/lib/listener/status-endpoint.js';
import { ask, header } from './support/client.js';
import { LogLines } from './support/started.js';

async function start(read: () => unknown) {
  const log = new LogLines();
  const endpoint = createStatusEndpoint({ host: '127.0.0.1', port: 0, read, log });
  const address = await endpoint.start();
  onTestFinished(() => endpoint.stop());
  return { port: address!.port, log };
}

function get(path: string, host = '127.0.0.1:9091'): string {
  return `GET ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`;
}

describe('the status endpoint', () => {
  it('answers with what is read at that moment', async () => {
    let asked = 0;
    const { port } = await start(() => ({ asked: ++asked, text: 'ก' }));
    await ask(port, get('/api/v1/status'));
    const answer = await ask(port, get('/api/v1/status', 'localhost'));
    expect(answer.status).toBe(200);
    expect(header(answer, 'content-type')).toBe('application/json; charset=utf-8');
    expect(header(answer, 'cache-control')).toBe('no-store');
    expect(JSON.parse(Buffer.from(answer.body, 'latin1').toString())).toEqual({ asked: 2, text: 'ก' });
  });

  it('knows nothing else, and changes nothing', async () => {
    const { port } = await start(() => ({}));
    expect((await ask(port, get('/'))).status).toBe(404);
    const post = await ask(
      port,
      'POST /api/v1/status HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}',
    );
    expect(post.status).toBe(405);
    expect(header(post, 'allow')).toBe('GET');
  });

  it.each(['hip.example.org', '127.0.0.1.example.org', '192.0.2.1:9091', 'localhost.evil', ''])(
    'refuses a page that asks under the name %j',
    async (host) => {
      const { port } = await start(() => ({ secret: 1 }));
      const answer = await ask(port, get('/api/v1/status', host));
      expect(answer.status).toBe(421);
      expect(answer.body).not.toContain('secret');
    },
  );

  it("survives a status that can't be read, and logs why", async () => {
    const { port, log } = await start(() => {
      throw new Error('no journal');
    });
    const answer = await ask(port, get('/api/v1/status'));
    expect(answer.status).toBe(500);
    expect(answer.body).not.toContain('no journal');
    expect(log.lines[0]!.message).toContain('no journal');
  });

  it('a taken port is a warning, not a failure', async () => {
    const { port } = await start(() => ({}));
    const log = new LogLines();
    const second = createStatusEndpoint({ host: '127.0.0.1', port, read: () => ({}), log });
    expect(await second.start()).toBeNull();
    expect(log.lines[0]).toMatchObject({ level: 'warn' });
    await second.stop();
  });
});
