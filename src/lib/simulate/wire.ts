import { Agent, type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import type { DeviceReply, DeviceRequest } from './device.js';
import { exchangeOld } from './old-wire.js';

/** One device's line to its target: one request at a time, over one connection where that is kept. */
export interface Wire {
  /** Null when no complete reply came: refused, cut, or silent for too long. Never throws. */
  exchange(request: DeviceRequest): Promise<DeviceReply | null>;
  /** What is on the wire ends without a reply. */
  close(): void;
}

export interface WireSettings {
  readonly target: URL;
  readonly keepAlive: boolean;
  /** How long the line may stay silent in the middle of an exchange. */
  readonly timeoutMs: number;
}

export function openWire(settings: WireSettings): Wire {
  const { target, keepAlive, timeoutMs } = settings;
  const agent = new Agent({ keepAlive, maxSockets: 1 });
  const closing = new AbortController();
  const prefix = target.pathname.replace(/\/$/, '');
  return {
    exchange: (request) => {
      if (request.httpVersion === '1.0')
        return exchangeOld(request, { target, timeoutMs, closing: closing.signal });
      return new Promise((resolve) => {
        const outgoing = httpRequest({
          agent,
          hostname: target.hostname.replace(/^\[|\]$/g, ''),
          port: target.port || 80,
          method: request.method,
          path: `${prefix}${request.target}`,
          headers: headersOf(request, { host: target.host, keepAlive }),
          setHost: false,
          timeout: timeoutMs,
        });
        outgoing.on('response', (incoming) => collect(incoming, resolve));
        send(outgoing, request, () => resolve(null));
      });
    },
    close() {
      closing.abort();
      agent.destroy();
    },
  };
}

/** Name, value, name, value …: the form in which Node writes them exactly as given. */
function headersOf(request: DeviceRequest, line: { host: string; keepAlive: boolean }): string[] {
  const headers = ['Host', line.host, ...request.headers.flat()];
  headers.push('Connection', line.keepAlive ? 'keep-alive' : 'close');
  if (request.method === 'POST') headers.push('Content-Length', String(Buffer.byteLength(request.body)));
  return headers;
}

function send(outgoing: ClientRequest, request: DeviceRequest, onFailure: () => void): void {
  outgoing.on('error', onFailure);
  outgoing.on('timeout', () => outgoing.destroy());
  outgoing.end(request.body);
}

/** A reply counts only when it is complete: a server killed in the middle of it has acknowledged nothing. */
function collect(incoming: IncomingMessage, resolve: (reply: DeviceReply | null) => void): void {
  const chunks: Buffer[] = [];
  incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
  incoming.on('error', () => resolve(null));
  incoming.on('close', () => {
    if (!incoming.complete) return resolve(null);
    const headers = new Map(
      Object.entries(incoming.headers).map(([name, value]) => [
        name,
        Array.isArray(value) ? value.join(', ') : (value ?? ''),
      ]),
    );
    resolve({ status: incoming.statusCode ?? 0, headers, body: Buffer.concat(chunks) });
  });
}
