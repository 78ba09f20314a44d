import { ChunkReader, type Framing, framingOf } from './http-body.js';
import {
  findBody,
  type HeadKind,
  type HttpHead,
  MAX_HEAD_BYTES,
  mayBecomeHead,
  parseHead,
} from './http-head.js';
import type { Keeper, KeptBytes } from './kept-bytes.js';

/** One request or reply as it was seen to pass. */
export interface HttpMessage {
  readonly head: HttpHead;
  readonly startMs: number;
  readonly endMs: number;
  /** Head and body as they came. */
  readonly bytes: Uint8Array;
  /** How many bytes were not kept. */
  readonly cut: number;
  /** Without chunk framing. */
  readonly body: Uint8Array;
  /** False: the stream ended before the message did. */
  readonly isWhole: boolean;
  /** To be called once, when the bytes are not kept any longer. */
  release(): void;
}

export interface HttpStreamParts {
  readonly kind: HeadKind;
  readonly keeper: Keeper;
  /** A head is complete; for a reply gives the method that it answers. */
  begun(head: HttpHead): string;
  ended(message: HttpMessage): void;
  /** What is no HTTP, from its first byte on; nothing else is told afterwards. */
  foreign(bytes: Buffer, atMs: number): void;
}

interface Body {
  readonly head: HttpHead;
  readonly headBytes: number;
  readonly framing: Framing;
  /** Of a body with a length: bytes to come. */
  left: number;
  readonly chunks: ChunkReader | null;
  /** Data without chunk framing; of other bodies it is part of the message's bytes. */
  readonly data: KeptBytes | null;
  /** Of a request that says no length: its first bytes, which may be the next request already; null when not. */
  opening: Buffer | null;
}

/**
 * One direction of a connection, read passively: bytes in, messages out. It keeps up with whatever pace and packets.
 *
 * States: between -> head -> body -> between;  head or body -> foreign (for good)
 */
export class HttpStream {
  readonly #parts: HttpStreamParts;
  #state: 'between' | 'head' | 'body' | 'foreign' = 'between';
  #kept: KeptBytes;
  #startMs = 0;
  #searched = 0;
  #body: Body | null = null;

  constructor(parts: HttpStreamParts) {
    this.#parts = parts;
    this.#kept = parts.keeper.keep();
  }

  push(chunk: Buffer, atMs: number): void {
    let rest = chunk;
    while (rest.length > 0) rest = this.#take(rest, atMs);
  }

  /** The end of a message whose length only its sender knows; without effect on others. */
  endOpen(atMs: number): void {
    if (this.#body?.framing.kind === 'open') this.#finish(this.#body, { atMs, isWhole: true });
  }

  /** Nothing more comes. */
  end(atMs: number): void {
    this.endOpen(atMs);
    if (this.#body) this.#finish(this.#body, { atMs, isWhole: false });
    else if (this.#state === 'head') this.#turnForeign(this.#kept.bytes, this.#startMs);
    this.#kept.release();
    this.#state = 'foreign';
  }

  /** Gives back what belongs to the next state. */
  #take(chunk: Buffer, atMs: number): Buffer {
    switch (this.#state) {
      case 'between':
        return this.#begin(chunk, atMs);
      case 'head':
        return this.#readHead(chunk, atMs);
      case 'body':
        return this.#body ? this.#readBody(this.#body, chunk, atMs) : NOTHING;
      case 'foreign':
        this.#parts.foreign(chunk, atMs);
        return NOTHING;
    }
  }

  /** Line ends before a first line are allowed; some clients send one after a body. */
  #begin(chunk: Buffer, atMs: number): Buffer {
    let at = 0;
    while (chunk[at] === 13 || chunk[at] === 10) at += 1;
    if (at === chunk.length) return NOTHING;
    this.#state = 'head';
    this.#startMs = atMs;
    this.#searched = 0;
    return chunk.subarray(at);
  }

  #readHead(chunk: Buffer, atMs: number): Buffer {
    const kept = this.#kept;
    kept.add(chunk);
    const { kind } = this.#parts;
    if (!mayBecomeHead(kept.bytes, kind)) return this.#turnForeign(kept.bytes, this.#startMs);
    const bodyAt = findBody(kept.bytes, this.#searched);
    // The two line ends that close a head may come in two packets.
    this.#searched = Math.max(0, kept.length - 3);
    if (bodyAt < 0) {
      return kept.length > MAX_HEAD_BYTES || kept.cut > 0
        ? this.#turnForeign(kept.bytes, this.#startMs)
        : NOTHING;
    }
    const head = bodyAt > MAX_HEAD_BYTES ? null : parseHead(kept.bytes.subarray(0, bodyAt), kind);
    if (head === null) return this.#turnForeign(kept.bytes, this.#startMs);
    return this.#beginBody(head, { bodyAt, chunk, atMs });
  }

  #beginBody(head: HttpHead, at: { bodyAt: number; chunk: Buffer; atMs: number }): Buffer {
    const { begun, kind, keeper } = this.#parts;
    const surplus = this.#kept.length + this.#kept.cut - at.bodyAt;
    this.#rewind(at.bodyAt);
    const framing = framingOf(head, kind, begun(head));
    const data = framing.kind === 'chunked' ? keeper.keep() : null;
    const chunks = data && new ChunkReader((bytes) => data.add(bytes));
    const left = framing.kind === 'length' ? framing.length : 0;
    const opening = framing.kind === 'open' && kind === 'request' ? NOTHING : null;
    this.#body = { head, headBytes: at.bodyAt, framing, left, chunks, data, opening };
    this.#state = 'body';
    if (framing.kind === 'length' && left === 0) this.#finish(this.#body, { atMs: at.atMs, isWhole: true });
    return at.chunk.subarray(at.chunk.length - surplus);
  }

  /** Forgets what was kept behind the head: the body is kept by its own rules. */
  #rewind(bodyAt: number): void {
    const head = Buffer.from(this.#kept.bytes.subarray(0, bodyAt));
    this.#kept.release();
    this.#kept = this.#parts.keeper.keep();
    this.#kept.add(head);
  }

  #readBody(body: Body, chunk: Buffer, atMs: number): Buffer {
    const { framing, chunks } = body;
    if (body.opening !== null) return this.#readOpening(body, Buffer.concat([body.opening, chunk]), atMs);
    const own = this.#ownBytes(body, chunk);
    this.#kept.add(chunk.subarray(0, own));
    const isWhole = chunks ? chunks.isDone : framing.kind === 'length' && body.left === 0;
    if (isWhole) this.#finish(body, { atMs, isWhole });
    else if (chunks?.hasFailed) {
      this.#finish(body, { atMs, isWhole });
      this.#state = 'foreign';
    }
    return chunk.subarray(own);
  }

  #ownBytes(body: Body, chunk: Buffer): number {
    if (body.chunks) return body.chunks.read(chunk);
    if (body.framing.kind === 'open') return chunk.length;
    const own = Math.min(body.left, chunk.length);
    body.left -= own;
    return own;
  }

  /** A POST that says no length may have no body, and another request behind it. */
  #readOpening(body: Body, opening: Buffer, atMs: number): Buffer {
    const lineEnd = opening.indexOf(LF);
    const lineBytes = lineEnd < 0 ? opening.length : lineEnd;
    const isBody = !mayBecomeHead(opening, 'request') || lineBytes > MAX_HEAD_BYTES;
    if (!isBody && lineEnd < 0) {
      body.opening = opening;
      return NOTHING;
    }
    body.opening = null;
    if (!isBody) this.#finish(body, { atMs, isWhole: true });
    else this.#kept.add(opening);
    return isBody ? NOTHING : opening;
  }

  #finish(body: Body, { atMs, isWhole }: { atMs: number; isWhole: boolean }): void {
    const { head, headBytes, data } = body;
    const kept = this.#kept;
    if (body.opening !== null) kept.add(body.opening);
    const { bytes, cut } = kept;
    this.#body = null;
    this.#state = 'between';
    this.#kept = this.#parts.keeper.keep();
    const content = data ? data.bytes : bytes.subarray(headBytes);
    const release = (): void => {
      kept.release();
      data?.release();
    };
    const times = { startMs: this.#startMs, endMs: atMs };
    this.#parts.ended({ head, ...times, bytes, cut, body: content, isWhole, release });
  }

  #turnForeign(bytes: Buffer, atMs: number): Buffer {
    this.#state = 'foreign';
    this.#parts.foreign(bytes, atMs);
    return NOTHING;
  }
}

const LF = 10;
const NOTHING = Buffer.alloc(0);
