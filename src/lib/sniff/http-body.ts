import type { HeadKind, HttpHead } from './http-head.js';

/**
 * Where the body of a message ends (RFC 9112, 6.3, taken leniently). `open`: nothing says where; a reply then ends
 * with its connection, a request at the latest when it is answered.
 */
export type Framing =
  | { readonly kind: 'length'; readonly length: number }
  | { readonly kind: 'chunked' }
  | { readonly kind: 'open' };

const NO_BODY: Framing = { kind: 'length', length: 0 };
const BODYLESS_METHOD = /^(?:GET|HEAD|DELETE|OPTIONS|TRACE|CONNECT)$/;

/** @param answered the method that a reply answers */
export function framingOf(head: HttpHead, kind: HeadKind, answered = ''): Framing {
  const { status } = head;
  if (kind === 'reply' && (answered === 'HEAD' || status < 200 || status === 204 || status === 304)) {
    return NO_BODY;
  }
  const length = headerOf(head, 'content-length');
  if (/\bchunked\b/i.test(headerOf(head, 'transfer-encoding') ?? '')) return { kind: 'chunked' };
  if (length !== undefined && /^\d{1,15}$/.test(length)) return { kind: 'length', length: Number(length) };
  return kind === 'request' && BODYLESS_METHOD.test(head.method) ? NO_BODY : { kind: 'open' };
}

function headerOf({ rawHeaders }: HttpHead, wanted: string): string | undefined {
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    if (rawHeaders[i]?.toLowerCase() === wanted) return rawHeaders[i + 1];
  }
  return undefined;
}

/** Size lines are a few characters; extensions of them were never seen. */
const MAX_LINE = 1024;

/** Takes the chunk framing off a body as it comes. States: size -> data -> data end -> size; last size -> trailer. */
export class ChunkReader {
  isDone = false;
  /** What comes is not chunked; nothing more can be told from it. */
  hasFailed = false;
  readonly #onData: (data: Uint8Array) => void;
  #state: 'size' | 'data' | 'data-end' | 'trailer' = 'size';
  #left = 0;
  #line = '';

  constructor(onData: (data: Uint8Array) => void) {
    this.#onData = onData;
  }

  /** Resolves how many of the bytes belong to the body; fewer than all only at its end or a failure. */
  read(bytes: Buffer): number {
    let at = 0;
    while (at < bytes.length && !this.isDone && !this.hasFailed) {
      at += this.#state === 'data' ? this.#readData(bytes.subarray(at)) : this.#readLine(bytes.subarray(at));
    }
    return at;
  }

  #readData(bytes: Buffer): number {
    const data = bytes.subarray(0, this.#left);
    this.#onData(data);
    this.#left -= data.length;
    if (this.#left === 0) this.#state = 'data-end';
    return data.length;
  }

  #readLine(bytes: Buffer): number {
    const lineEnd = bytes.indexOf(10);
    const to = lineEnd < 0 ? bytes.length : lineEnd + 1;
    this.#line += bytes.toString('latin1', 0, lineEnd < 0 ? to : lineEnd);
    // With its end or without: what is too long must not depend on where packets end.
    if (this.#line.length > MAX_LINE) this.hasFailed = true;
    else if (lineEnd >= 0) this.#onLine(this.#line.trim());
    return to;
  }

  #onLine(line: string): void {
    this.#line = '';
    if (this.#state === 'data-end') this.#state = 'size';
    else if (this.#state === 'trailer') this.isDone = line === '';
    else this.#onSize(/^[0-9a-f]{1,8}(?=$|[ \t;])/i.exec(line)?.[0]);
  }

  #onSize(digits: string | undefined): void {
    if (digits === undefined) this.hasFailed = true;
    else {
      this.#left = Number.parseInt(digits, 16);
      this.#state = this.#left === 0 ? 'trailer' : 'data';
    }
  }
}
