import { join } from 'node:path';
import type { DialectSettings } from '../../src/lib/dialects/dialect.js';
import { textReply } from '../../src/lib/dialects/dialect.js';
import { createDialects } from '../../src/lib/dialects/index.js';
import type { RawRequest } from '../../src/lib/dialects/request.js';
import { keepsAlive, renderReply } from '../../src/lib/listener/reply.js';
import type { SniffedConnection, SniffedExchange, SniffedReply } from '../../src/lib/sniff/exchange.js';
import type { ExplainerParts } from '../../src/lib/sniff/explain.js';
import type { PlainReply } from '../../src/lib/sniff/explained.js';
import { createWallClock } from '../../src/lib/time-zone.js';
import { loadWireCases, renderHttp, type WireCase } from '../support/wire-case.js';

/** Observations as the capture makes them, from the wire cases; and what an explainer is made of. */

export const START_MS = Date.UTC(2026, 10, 22, 5, 0, 0);

export const wireCases: readonly WireCase[] = ['adms', 'adms-security', 'plain', 'fkweb'].flatMap((dialect) =>
  loadWireCases(join(import.meta.dirname, '../wire', dialect)),
);

export function explainerParts(settings: Partial<DialectSettings> = {}): ExplainerParts {
  return {
    createDialects,
    settings: { plainDeviceSn: 'HIP_DEVICE_1', statusMaps: new Map(), fkReplies: new Map(), ...settings },
    wallClock: createWallClock('+07:00'),
    pathPrefix: '',
    serve: {
      unclaimed: (request) =>
        request.method === 'HEAD' ? textReply(200, '') : textReply(404, 'NOT FOUND\n'),
      refusals: () => [textReply(400, 'UNREADABLE\n'), textReply(413, 'TOO LARGE\n')],
      isOverLimit: (headBytes) => headBytes > 16_384,
      render: (reply, request, nowMs) => {
        const isHead = request.method === 'HEAD';
        const bytes = renderReply(reply, { nowMs, keepAlive: keepsAlive(request), isHead });
        return typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes;
      },
    },
  };
}

export function connectionOf(id: number, openedAtMs = START_MS): SniffedConnection {
  return { id, port: 9090, remoteAddress: '192.0.2.20', remotePort: 40_000 + id, openedAtMs };
}

export interface ExchangeOptions {
  readonly number?: number;
  readonly atMs?: number;
  readonly reply?: SniffedReply | null;
  readonly connection?: SniffedConnection;
}

export function exchangeOf(request: RawRequest, options: ExchangeOptions = {}): SniffedExchange {
  const { number = 1, atMs = START_MS, reply = null, connection = connectionOf(number, atMs) } = options;
  return {
    kind: 'exchange',
    number,
    connection,
    requestAtMs: atMs,
    requestEndMs: atMs,
    request,
    requestBytes: renderHttp(request),
    requestBytesCut: 0,
    requestIsWhole: true,
    reply,
  };
}

export function replyOf({ status, headers, body }: PlainReply, atMs = START_MS): SniffedReply {
  const rawHeaders = headers.flat();
  const head = `HTTP/1.1 ${status} OK\r\n${headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
  const bytes = Buffer.concat([Buffer.from(head, 'latin1'), body]);
  return { atMs, status, reason: 'OK', httpVersion: '1.1', rawHeaders, body, bytes, bytesCut: 0 };
}
