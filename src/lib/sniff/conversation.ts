import type { Clock } from '../forwarder/clock.js';
import type { Observation, SniffedConnection, SniffedExchange, SniffedReply } from './exchange.js';
import { ForeignHead } from './foreign.js';
import type { HttpHead } from './http-head.js';
import { type HttpMessage, HttpStream } from './http-stream.js';
import type { Keeper } from './kept-bytes.js';

export interface ConversationParts {
  readonly connection: SniffedConnection;
  readonly keeper: Keeper;
  readonly clock: Clock;
  /** False when nobody answers: then an exchange is complete with its request. */
  readonly isAnswered: boolean;
  nextNumber(): number;
  observe(observation: Observation): void;
}

/** A request whose head has come. */
interface Pending {
  readonly method: string;
  request: HttpMessage | null;
  hasReply: boolean;
  reply: HttpMessage | null;
}

/** Both directions of one connection: requests and replies are paired in their order, as HTTP/1 has it. */
export class Conversation {
  /** Exchanges told so far. */
  exchanges = 0;
  readonly #parts: ConversationParts;
  readonly #requests: HttpStream;
  readonly #replies: HttpStream;
  readonly #foreign: ForeignHead;
  #pending: Pending[] = [];

  constructor(parts: ConversationParts) {
    this.#parts = parts;
    const { keeper } = parts;
    this.#foreign = new ForeignHead({
      ...parts,
      hasSeenHttp: () => this.exchanges + this.#pending.length > 0,
    });
    this.#requests = new HttpStream({
      kind: 'request',
      keeper,
      begun: (head) => this.#onRequestHead(head),
      ended: (message) => this.#onRequest(message),
      foreign: (bytes, atMs) => this.#foreign.add(bytes, atMs),
    });
    this.#replies = new HttpStream({
      kind: 'reply',
      keeper,
      begun: (head) => this.#onReplyHead(head),
      ended: (message) => this.#onReply(message),
      // The device alone has to make something of it.
      foreign: () => undefined,
    });
  }

  fromDevice(chunk: Buffer, atMs: number): void {
    this.#requests.push(chunk, atMs);
  }

  toDevice(chunk: Buffer, atMs: number): void {
    this.#replies.push(chunk, atMs);
  }

  /** The connection is closed: what is unfinished is told as it is. */
  end(atMs: number): void {
    this.#requests.end(atMs);
    this.#replies.end(atMs);
    for (const pending of this.#pending) this.#tell(pending);
    this.#pending = [];
    this.#foreign.tell();
  }

  #onRequestHead({ method }: HttpHead): string {
    this.#pending.push({ method, request: null, hasReply: false, reply: null });
    return '';
  }

  #onRequest(message: HttpMessage): void {
    const pending = this.#pending.find((one) => one.request === null);
    if (pending === undefined) message.release();
    else {
      pending.request = message;
      this.#tellFinished();
    }
  }

  #onReplyHead(head: HttpHead): string {
    const pending = this.#pending.find((one) => !one.hasReply);
    // An interim reply (100 Continue) is followed by the real one.
    if (pending === undefined || head.status < 200) return '';
    pending.hasReply = true;
    if (pending.request === null) this.#requests.endOpen(this.#parts.clock.nowMs());
    return pending.method;
  }

  #onReply(message: HttpMessage): void {
    const pending = this.#pending.find((one) => one.hasReply && one.reply === null);
    if (pending === undefined || message.head.status < 200) message.release();
    else {
      pending.reply = message;
      this.#tellFinished();
    }
  }

  #tellFinished(): void {
    for (let first = this.#pending[0]; first && this.#isFinished(first); first = this.#pending[0]) {
      this.#pending.shift();
      this.#tell(first);
    }
  }

  #isFinished({ request, reply }: Pending): boolean {
    return request !== null && (reply !== null || !this.#parts.isAnswered);
  }

  #tell({ request, reply }: Pending): void {
    if (request !== null) {
      this.exchanges += 1;
      const { connection, nextNumber, observe } = this.#parts;
      observe(exchangeOf(request, { number: nextNumber(), connection, reply: reply && replyOf(reply) }));
    }
    request?.release();
    reply?.release();
  }
}

function exchangeOf(
  { head, startMs, endMs, body, bytes, cut, isWhole }: HttpMessage,
  rest: Pick<SniffedExchange, 'number' | 'connection' | 'reply'>,
): SniffedExchange {
  const { method, target, rawHeaders, httpVersion } = head;
  const { remoteAddress } = rest.connection;
  return {
    kind: 'exchange',
    ...rest,
    requestAtMs: startMs,
    requestEndMs: endMs,
    request: { method, target, rawHeaders, httpVersion, body, remoteAddress },
    requestBytes: bytes,
    requestBytesCut: cut,
    requestIsWhole: isWhole,
  };
}

function replyOf({ head, startMs, body, bytes, cut }: HttpMessage): SniffedReply {
  const { status, reason, httpVersion, rawHeaders } = head;
  return { atMs: startMs, status, reason, httpVersion, rawHeaders, body, bytes, bytesCut: cut };
}
