import { connect } from 'node:net';
import type { DeviceReply, DeviceRequest } from './device.js';

export interface OldWireSettings {
  readonly target: URL;
  /** How long the line may stay silent in the middle of an exchange. */
  readonly timeoutMs: number;
  /** Hangs up. */
  readonly closing?: AbortSignal;
}

/**
 * One request in HTTP/1.0, as terminals of the FK family make it (fkweb.md 1.1): no `Host`, a connection of its own,
 * and header names exactly as given, twice where they come twice. Node's client speaks 1.1 only.
 *
 * Null when no complete reply came: refused, cut, or silent for too long. Never throws.
 */
export function exchangeOld(
  request: DeviceRequest,
  { target, timeoutMs, closing }: OldWireSettings,
): Promise<DeviceReply | null> {
  return new Promise((resolve) => {
    const host = target.hostname.replace(/^\[|\]$/g, '');
    const socket = connect({ port: Number(target.port || 80), host, ...(closing && { signal: closing }) });
    const chunks: Buffer[] = [];
    const finish = (reply: DeviceReply | null): void => {
      socket.destroy();
      resolve(reply);
    };
    socket.setTimeout(timeoutMs, () => finish(null));
    socket.on('error', () => finish(null));
    socket.on('data', (chunk) => {
      chunks.push(chunk);
      const reply = parseReply(Buffer.concat(chunks));
      if (reply !== null) finish(reply);
    });
    // A server that was killed in the middle of its reply has acknowledged nothing.
    socket.on('close', () => finish(null));
    socket.write(renderRequest(request, target));
  });
}

function renderRequest(request: DeviceRequest, target: URL): Buffer {
  const { method, headers, body } = request;
  const path = `${target.pathname.replace(/\/$/, '')}${request.target}`;
  const lines = [`${method} ${path} HTTP/1.0`, ...headers.map(([name, value]) => `${name}: ${value}`)];
  lines.push('Connection: close', `Content-Length: ${Buffer.byteLength(body)}`, '', '');
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  return Buffer.concat([Buffer.from(lines.join('\r\n'), 'latin1'), bytes]);
}

/**
 * Null while it is not complete; a reply without a length never is, and terminals of this family want one (1.1). Names
 * stay as they were written: the R6 ignores a `Response_Code`.
 */
function parseReply(seen: Buffer): DeviceReply | null {
  const end = seen.indexOf('\r\n\r\n');
  if (end < 0) return null;
  const [first = '', ...lines] = seen.subarray(0, end).toString('latin1').split('\r\n');
  const headers = new Map(
    lines.map((line): [string, string] => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon), line.slice(colon + 1).trim()];
    }),
  );
  const length = [...headers].find(([name]) => name.toLowerCase() === 'content-length')?.[1];
  const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(first)?.[1] ?? 0);
  const bytes = status === 204 ? 0 : Number(length ?? Number.NaN);
  const body = seen.subarray(end + 4);
  return body.length >= bytes ? { status, headers, body: body.subarray(0, bytes) } : null;
}
