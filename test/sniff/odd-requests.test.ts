import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/lib/config.js';
import type { HipError } from '../../src/lib/errors.js';
import { type RunningSniff, startSniff } from '../../src/lib/shell/sniff/sniff-app.js';
import type { Explained, ExplainedExchange } from '../../src/lib/sniff/explained.js';
import { ask, Client } from '../listener/support/client.js';
import { BODY, SERVED } from '../listener/support/odd-requests.js';
import { PATH, post } from '../listener/support/requests.js';

/** The sniffer watches with a parser of its own: it must read what the listener reads. */
describe('odd requests', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'hip-sniff-'));
  const shown: Explained[] = [];
  let sniff: RunningSniff;
  let port = 0;

  const sniffOn = (wanted: number): Promise<RunningSniff> =>
    startSniff({
      loaded: loadConfig({ cwd: dataDir, env: {}, flags: { dataDir } }),
      settings: { host: '127.0.0.1', ports: [wanted], answers: 'hip', save: null },
      show: (explained) => shown.push(explained),
    });

  beforeAll(async () => {
    sniff = await sniffOn(0);
    port = sniff.addresses[0]?.port ?? 0;
  });
  afterAll(async () => {
    await sniff.stop();
    rmSync(dataDir, { recursive: true });
  });

  it('a port that is taken: says what to stop, and how to take another', async () => {
    const error = await sniffOn(port).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'HIP_PORT_IN_USE' });
    const advice = (error as HipError).suggestions.join('\n');
    expect(advice).toMatch(/stop it while you look[\s\S]*hip sniff --port \d+/);
    expect(advice).not.toContain('hip serve --port');
  });

  async function shownOf(send: () => Promise<unknown>): Promise<ExplainedExchange[]> {
    shown.length = 0;
    const exchanges = (): ExplainedExchange[] => shown.filter((one) => one.kind === 'exchange');
    await send();
    await expect.poll(() => exchanges().length).toBeGreaterThan(0);
    return exchanges();
  }

  it.each(Object.entries(SERVED))('%s', async (_, bytes) => {
    const exchanges = await shownOf(() => ask(port, bytes));
    expect(exchanges).toMatchObject([
      {
        dialect: 'adms',
        punches: [{ userId: '1001' }],
        unread: [],
        exchange: { requestIsWhole: true, reply: { status: 503 } },
      },
    ]);
    const sent = Buffer.from(bytes, 'latin1')
      .toString('latin1')
      .replace(/^[\r\n]+/, '');
    expect(Buffer.from(exchanges[0]!.exchange.requestBytes).toString('latin1')).toBe(sent);
  });

  it('without a length, ended by the device or refused after a while', async () => {
    const bytes = `POST ${PATH} HTTP/1.0\r\n\r\n${BODY}`;
    const ended = await shownOf(async () => (await Client.open(port)).send(bytes).end().waitForClose());
    expect(ended).toMatchObject([{ punches: [{ userId: '1001' }], exchange: { reply: { status: 503 } } }]);
    const refused = await shownOf(() => ask(port, bytes));
    expect(refused).toMatchObject([
      { punches: [{ userId: '1001' }], exchange: { reply: { status: 411 } }, serveReply: { status: 411 } },
    ]);
  });

  it.each([
    ['a head beyond the limit', 413, post(BODY, { headers: [`X: ${'a'.repeat(20_000)}`] })],
    ['two lengths', 400, `POST ${PATH} HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n${BODY}`],
    ['a length that is none', 400, `POST ${PATH} HTTP/1.1\r\nContent-Length: -5\r\n\r\n${BODY}`],
    ['chunks that are none', 400, `POST ${PATH} HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n${BODY}`],
  ])('%s: refused with %i, as is foretold of hip serve', async (_, status, bytes) => {
    const [refused] = await shownOf(async () => (await Client.open(port)).send(bytes).waitForClose());
    expect(refused).toMatchObject({
      isRefused: true,
      exchange: { reply: { status } },
      serveReply: { status },
    });
    expect(refused?.details[0]).toMatch(/^hip serve takes nothing of it/);
    expect(refused?.advice).toEqual([]);
  });

  it('of the FK family, with a head beyond the limit: foretold as its "try again"', async () => {
    const bytes = `POST / HTTP/1.0\r\nrequest_code: realtime_glog\r\ndev_id: A1\r\ndev_model: M\r\nX: ${'a'.repeat(20_000)}\r\nContent-Length: 2\r\n\r\n{}`;
    const [refused] = await shownOf(async () => (await Client.open(port)).send(bytes).waitForClose());
    expect(refused).toMatchObject({ dialect: 'fkweb', isRefused: true });
    expect(Buffer.from(refused!.serveReply!.body).equals(refused!.exchange.reply!.body)).toBe(true);
  });
});
