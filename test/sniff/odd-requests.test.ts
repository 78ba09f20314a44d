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
import { PATH } from '../listener/support/requests.js';

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
    expect(refused).toMatchObject([{ punches: [{ userId: '1001' }], exchange: { reply: { status: 411 } } }]);
  });
});
