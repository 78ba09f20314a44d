import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/lib/config.js';
import { silentLog } from '../../src/lib/log.js';
import { startServe } from '../../src/lib/serve-app.js';
import { createBackend } from '../../src/lib/sniff/backend.js';
import { readCases } from '../../src/lib/sniff/case-folder.js';
import type { Explained, ExplainedExchange } from '../../src/lib/sniff/explained.js';
import { replay } from '../../src/lib/sniff/replay.js';
import { headerOf, isSameReply, plainReplyOf } from '../../src/lib/sniff/reply.js';
import { startSniff } from '../../src/lib/sniff-app.js';
import { systemClock } from '../../src/lib/system-clock.js';
import { readPcapng, streamsOf } from '../sniff/pcapng.js';
import { loadWireCases, renderHttp, type WireCase } from '../support/wire-case.js';

/** Every wire case of every dialect, through the whole of hip sniff, with everything saved as it came. */
const cases = ['adms', 'adms-security', 'plain', 'fkweb'].flatMap((dialect) =>
  loadWireCases(join(import.meta.dirname, '../wire', dialect)),
);

interface Sent {
  readonly wireCase: WireCase;
  readonly localPort: number;
  readonly received: Buffer;
}

const prefixes = [...new Set(cases.map(({ setup }) => setup.pathPrefix ?? ''))];

describe.each(prefixes)('sniffing wire cases with the path prefix "%s"', (pathPrefix) => {
  const group = cases.filter(({ setup }) => (setup.pathPrefix ?? '') === pathPrefix);
  const dataDir = mkdtempSync(join(tmpdir(), 'hip-sniff-'));
  const dir = join(dataDir, 'capture');
  const shown: Explained[] = [];
  const sent: Sent[] = [];
  let streams = new Map<string, Buffer>();

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
    for (const wireCase of group) {
      for (const name of wireCase.setup.after ?? [])
        await send(port, cases.find((one) => one.name === name)!);
      sent.push(await send(port, wireCase));
    }
    const outcome = await running.stop();
    expect(outcome.saved).toMatchObject({ dir, isIncomplete: false });
    streams = streamsOf(readPcapng(readFileSync(join(dir, 'capture.pcapng'))));
  });
  afterAll(() => rmSync(dataDir, { recursive: true }));

  function exchangeOf({ localPort }: Sent): ExplainedExchange | undefined {
    return shown.find((one): one is ExplainedExchange => {
      return one.kind === 'exchange' && one.exchange.connection.remotePort === localPort;
    });
  }

  it('keeps every byte both ways', () => {
    for (const one of sent) {
      const find = (isFromDevice: boolean): Buffer | undefined =>
        [...streams].find(
          ([key]) => key.split(' > ')[isFromDevice ? 0 : 1] === `127.0.0.1:${one.localPort}`,
        )?.[1];
      expect(find(true)?.equals(renderHttp(one.wireCase.request)), one.wireCase.name).toBe(true);
      expect(find(false)?.equals(one.received), one.wireCase.name).toBe(true);
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

/** Until the other side has closed, or for an answer that leaves the connection open, until it is whole. */
function send(port: number, wireCase: WireCase): Promise<Sent> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    socket.on('connect', () => {
      const localPort = socket.localPort!;
      // The end of what a device says makes the listener close behind its answer.
      socket.end(renderHttp(wireCase.request));
      socket.on('close', () => resolve({ wireCase, localPort, received: Buffer.concat(chunks) }));
    });
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', reject);
  });
}
