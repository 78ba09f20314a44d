import { once } from 'node:events';
import type { Socket } from 'node:net';
import type { RawRequest } from '../dialects/request.js';
import type { Clock } from '../forwarder/clock.js';
import type { PlainReply } from './explained.js';
import { HttpStream } from './http-stream.js';
import { Keeper } from './kept-bytes.js';
import { headerOf, pairsOf } from './reply.js';

interface LineParts {
  readonly clock: Clock;
  readonly timeoutMs: number;
}

export interface Played {
  readonly request: RawRequest;
  /** Sent in its place; null where it says it all. */
  readonly raw: Uint8Array | null;
  /** The device did not end the connection, even where only that would end the request. */
  readonly isOpen: boolean;
}

/** One connection to the target; one request at a time. */
export class ReplayLine {
  readonly #socket: Socket;
  readonly #parts: LineParts;
  readonly #stream: HttpStream;
  #method = 'GET';
  #answer: (reply: PlainReply | null) => void = () => undefined;

  /** Rejects with the error of the connection. */
  static async connect(socket: Socket, parts: LineParts): Promise<ReplayLine> {
    const cancel = parts.clock.after(parts.timeoutMs, () =>
      socket.destroy(new Error('no connection in time')),
    );
    try {
      await once(socket, 'encrypted' in socket ? 'secureConnect' : 'connect');
      return new ReplayLine(socket, parts);
    } finally {
      cancel();
    }
  }

  private constructor(socket: Socket, parts: LineParts) {
    this.#socket = socket;
    this.#parts = parts;
    this.#stream = new HttpStream({
      kind: 'reply',
      keeper: new Keeper(),
      begun: () => this.#method,
      ended: ({ head, body, isWhole, release }) => {
        const headers = pairsOf(head.rawHeaders).filter(([name]) => name.toLowerCase() !== 'date');
        const reply = { status: head.status, headers, body: Buffer.from(body) };
        release();
        // Told to go on with the body, which is under way already.
        if (head.status !== 100) this.#answer(isWhole ? reply : null);
      },
      foreign: () => socket.destroy(),
    });
    socket.on('data', (chunk) => this.#stream.push(chunk, parts.clock.nowMs()));
    socket.on('end', () => {
      this.#stream.end(parts.clock.nowMs());
      socket.end();
      this.#answer(null);
    });
    // What was lost shows as the answer that did not come.
    socket.on('error', () => this.#answer(null));
    socket.on('close', () => this.#answer(null));
  }

  get isOpen(): boolean {
    return this.#socket.writable && !this.#socket.readableEnded;
  }

  /** Null: the connection was closed, or time ran out, without a whole answer. */
  exchange({ request, raw, isOpen }: Played): Promise<PlainReply | null> {
    return new Promise((resolve) => {
      const cancel = this.#parts.clock.after(this.#parts.timeoutMs, () => this.#socket.destroy());
      this.#answer = (reply) => {
        this.#answer = () => undefined;
        cancel();
        resolve(reply);
      };
      this.#method = request.method;
      this.#socket.write(raw ?? renderRequest(request));
      if (!isOpen && endsWithConnection(request)) this.#socket.end();
    });
  }

  close(): void {
    this.#socket.destroy();
  }
}

/** As it was captured; a chunked body in one chunk, since where the chunks began means nothing. */
export function renderRequest({ method, target, httpVersion, rawHeaders, body }: RawRequest): Buffer {
  const headers = pairsOf(rawHeaders).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = Buffer.from(`${method} ${target} HTTP/${httpVersion}\r\n${headers.join('')}\r\n`, 'latin1');
  return Buffer.concat([head, frameBody(rawHeaders, body)]);
}

export function frameBody(rawHeaders: readonly string[], body: Uint8Array): Uint8Array {
  if (!isChunked(rawHeaders)) return body;
  const chunk = body.length === 0 ? '' : `${body.length.toString(16)}\r\n`;
  const end = body.length === 0 ? '0\r\n\r\n' : '\r\n0\r\n\r\n';
  return Buffer.concat([Buffer.from(chunk), body, Buffer.from(end)]);
}

/** Nothing says where the body ends, or it was cut short: only the end of the connection ends the request. */
function endsWithConnection({ rawHeaders, body }: RawRequest): boolean {
  if (isChunked(rawHeaders)) return false;
  const length = headerOf(pairsOf(rawHeaders), 'content-length');
  return length === undefined ? body.length > 0 : Number(length) > body.length;
}

export function isChunked(rawHeaders: readonly string[]): boolean {
  return /\bchunked\b/i.test(headerOf(pairsOf(rawHeaders), 'transfer-encoding') ?? '');
}
