import { connect } from 'node:net';
import type { SeenReply } from './wire-case.js';

/** Bytes to a port of this PC, and what came back until the answer was whole or the connection closed. */
export function exchange(port: number, bytes: Uint8Array, timeoutMs = 20_000): Promise<SeenReply> {
  return new Promise((resolve, reject) => {
    let seen = Buffer.alloc(0);
    const isHead = /^HEAD /.test(Buffer.from(bytes.subarray(0, 5)).toString('latin1'));
    // A request that was cut short ends with its connection; a whole one waits for its answer.
    const socket = connect(port, '127.0.0.1', () =>
      isCutShort(bytes) ? socket.end(bytes) : socket.write(bytes),
    );
    const finish = (): void => {
      socket.destroy();
      resolve(parseReply(seen));
    };
    socket.setTimeout(timeoutMs, () => {
      socket.destroy();
      reject(
        new Error(`no whole answer within ${timeoutMs} ms, only ${JSON.stringify(seen.toString('latin1'))}`),
      );
    });
    socket.on('data', (chunk) => {
      seen = Buffer.concat([seen, chunk]);
      if (isWhole(seen, isHead)) finish();
    });
    // A reset after the answer is how some servers close; what was read counts.
    socket.on('error', finish);
    socket.on('close', finish);
  });
}

function isCutShort(request: Uint8Array): boolean {
  const text = Buffer.from(request).toString('latin1');
  const end = text.indexOf('\r\n\r\n');
  const length = /\r\ncontent-length: *(\d+)/i.exec(text.slice(0, end))?.[1];
  return end >= 0 && length !== undefined && text.length < end + 4 + Number(length);
}

function isWhole(seen: Buffer, isHead: boolean): boolean {
  const end = seen.indexOf('\r\n\r\n');
  if (end < 0) return false;
  const head = seen.subarray(0, end).toString('latin1');
  if (/^HTTP\/1\.1 100 /.test(head)) return false;
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  return isHead || (length !== undefined && seen.length >= end + 4 + Number(length));
}

export function parseReply(seen: Buffer): SeenReply {
  const end = seen.indexOf('\r\n\r\n');
  if (end < 0) return { status: null, body: seen.toString() };
  const [first = '', ...lines] = seen.subarray(0, end).toString('latin1').split('\r\n');
  const headers = lines.map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon), line.slice(colon + 1).trim()] as const;
  });
  const status = Number(/^HTTP\/1\.[01] (\d+)/.exec(first)?.[1] ?? Number.NaN);
  return { status, body: seen.subarray(end + 4).toString(), headers };
}
