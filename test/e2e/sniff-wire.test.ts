import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/lib/config.js';
import { silentLog } from '../../src/lib/log.js';
import { startServe } from '../../src/lib/shell/serve/serve-app.js';
import { startSniff } from '../../src/lib/shell/sniff/sniff-app.js';
import { createBackend } from '../../src/lib/sniff/backend.js';
import { readCases } from '../../src/lib/sniff/case-read.js';
import type { Explained, ExplainedExchange } from '../../src/lib/sniff/explained.js';
import { replay } from '../../src/lib/sniff/replay.js';
import { headerOf, isSameReply, plainReplyOf } from '../../src/lib/sniff/reply.js';
import { systemClock } from '../../src/lib/system-clock.js';
import { type Conversation, conversationsOf, readPcapng } from '../sniff/pcapng.js';
import { loadWireCases, renderHttp, type WireCase } from '../support/wire-case.js';

/** Every wire case of every dialect, through the whole of hip sniff, with everything saved as it came. */
const cases = ['adms', 'adms-security', 'plain', 'fkweb'].flatMap((dialect) =>
  loadWireCases(join(import.meta.dirname, '../wire', dialect)),
);

interface Sent {
  readonly wireCase: WireCase;
  /** Of the connection: one after the other, each for one request. */
  readonly id: number;
  readonly received: Buffer;
}

const prefixes = [...new Set(cases.map(({ setup }) => setup.pathPrefix ?? ''))];

describe.each(prefixes)('sniffing wire cases with the path prefix "%s"', (pathPrefix) => {
  const group = cases.filter(({ setup }) => (setup.pathPrefix ?? '') === pathPrefix);
  const dataDir = mkdtempSync(join(tmpdir(), 'hip-sniff-'));
  const dir = join(dataDir, 'capture');
  const shown: Explained[] = [];
  const sent: Sent[] = [];
  let saved: Conversation[] = [];

  beforeAll(async () => {
    const serve = { 'serve.timeZone': '+07:00', 'serve.pathPrefix': pathPrefix };
    const loaded = loadConfig({
      cwd: dataDir,
      env: {},
      flags: { dataDir, ...serve },
    });
    const settings = {
      host: '127.0.0.1',
      ports: [0],
      answers: 'hip' as const,
      save: { dir, scrub: false },
    };
    const running = await startSniff({ loaded, settings, show: (explained) => shown.push(explained) });
    const { port } = running.addresses[0]!;
    let id = 0;
    const sendNext = async (wireCase: WireCase): Promise<Sent> => {
      id += 1;
      return { wireCase, id, received: await send(port, renderHttp(wireCase.request)) };
    };
    for (const wireCase of group) {
      for (const name of wireCase.setup.after ?? []) {
        await sendNext(group.find((one) => one.name === name && one.dialect === wireCase.dialect)!);
      }
      sent.push(await sendNext(wireCase));
    }
    const outcome = await running.stop();
    expect(outcome.saved).toMatchObject({ dir, isIncomplete: false });
    saved = conversationsOf(readPcapng(readFileSync(join(dir, 'capture.pcapng'))));
  });
  afterAll(() => rmSync(dataDir, { recursive: true }));

  function exchangeOf({ id }: Sent): ExplainedExchange | undefined {
    return shown.find((one): one is ExplainedExchange => {
      return one.kind === 'exchange' && one.exchange.connection.id === id;
    });
  }

  it('keeps every byte both ways', () => {
    for (const one of sent) {
      const kept = saved[one.id - 1];
      expect(kept?.fromDevice.equals(renderHttp(one.wireCase.request)), one.wireCase.name).toBe(true);
      expect(kept?.toDevice.equals(one.received), one.wireCase.name).toBe(true);
    }
  });

  it('shows every request as it came, under its dialect', () => {
    for (const one of sent) {
      const { wireCase } = one;
      const explained = exchangeOf(one);
      const { dialect = wireCase.dialect } = wireCase.expect;
      expect([wireCase.name, explained?.dialect]).toEqual([wireCase.name, dialect]);
      const { exchange } = explained!;
      expect(Buffer.from(exchange.requestBytes).equals(renderHttp(wireCase.request)), wireCase.name).toBe(
        true,
      );
      expect(Buffer.from(exchange.request.body).equals(wireCase.request.body), wireCase.name).toBe(true);
      expect(Buffer.from(exchange.reply?.bytes ?? []).equals(one.received), wireCase.name).toBe(true);
    }
  });

  it('is played again to hip serve and answered as was foretold', async () => {
    const flags = {
      dataDir: join(dataDir, 'serve'),
      'serve.port': 0,
      'serve.host': '127.0.0.1',
      'serve.statusPort': 0,
    };
    const settings = { ...flags, 'serve.timeZone': '+07:00', 'serve.pathPrefix': pathPrefix };
    const loaded = loadConfig({ cwd: dataDir, env: {}, flags: settings });
    const serve = await startServe(loaded, { version: '0.0.0', log: silentLog });
    const report = await replay({
      cases: await readCases(dir),
      target: createBackend({ ...serve.address, tls: false }),
      clock: systemClock,
      fast: true,
      timeoutMs: 20_000,
    });
    await serve.stop();
    expect(report.different).toEqual([]);
    expect(report).toMatchObject({
      cases: shown.filter(({ kind }) => kind === 'exchange').length,
      notCompared: 0,
    });
  }, 60_000);

  it('acknowledges nothing that a device could delete', () => {
    const carriers = shown.filter((one): one is ExplainedExchange => {
      return one.kind === 'exchange' && one.punches.length + one.unread.length + one.dropped.length > 0;
    });
    expect(carriers.length > 0).toBe(group.some((one) => one.expect.punches.length > 0));
    const acknowledged = carriers.filter(({ exchange, serveReply }) => {
      // A request code that nobody knows is refused by hip serve as well, and kept.
      if (serveReply === null) return false;
      if (headerOf(serveReply.headers, 'response_code')?.startsWith('ERROR')) return false;
      return exchange.reply !== null && isSameReply(plainReplyOf(exchange.reply), serveReply);
    });
    expect(acknowledged.map(({ exchange }) => exchange.request.target)).toEqual([]);
  });
});

/** What comes back until the other side has closed. */
function send(port: number, request: Uint8Array): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    // The end of what a device says makes the listener close behind its answer.
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true }, () => socket.end(request));
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('close', () => resolve(Buffer.concat(chunks)));
    socket.on('error', reject);
  });
}
