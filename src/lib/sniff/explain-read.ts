import type {
  DeviceState,
  Dialect,
  DialectContext,
  DialectName,
  DialectSettings,
  Reading,
  Reply,
  WireRequest,
} from '../dialects/dialect.js';
import { emptyReading, textReply } from '../dialects/dialect.js';
import { createWireRequest } from '../dialects/request.js';
import type { SniffedExchange } from './exchange.js';
import type { PlainReply } from './explained.js';
import { findBody } from './http-head.js';
import { isSameReply, parseReply, plainReplyOf } from './reply.js';

/** How `hip serve` speaks where no dialect does; handed in, for the sniffer does not know the listener. */
export interface ServeVoice {
  /** The answer to what no dialect claims. */
  unclaimed(request: WireRequest): Reply;
  /**
   * What the listener says by itself to a request that it does not take, its "too large" last. `tryAgain` is what the
   * dialect says that claims it; null when none does.
   */
  refusals(tryAgain: Reply | null): readonly Reply[];
  /** True when a head or a body of so many bytes is more than the listener takes. */
  isOverLimit(headBytes: number, bodyBytes: number): boolean;
  /** The bytes of an answer, with the headers that the listener adds. */
  render(reply: Reply, request: WireRequest, nowMs: number): Uint8Array;
}

export interface ReaderParts {
  /** New dialects with a state of their own, in the order in which they are asked. */
  readonly createDialects: () => readonly Dialect[];
  readonly settings: DialectSettings;
  readonly wallClock: { text(at: Date): string; offsetMinutes(at: Date): number };
  readonly pathPrefix: string;
  readonly serve: ServeVoice;
}

/** What `hip serve` makes of one exchange. */
export interface Read {
  readonly request: WireRequest;
  readonly dialect: DialectName | null;
  readonly reading: Reading;
  /** A bug: the dialect threw. */
  readonly hasFailed: boolean;
  /** Null: a request that is not whole is not answered. */
  readonly reply: PlainReply | null;
  /** The listener does not take it, whatever the dialect would: nothing of it is stored. */
  readonly isRefused: boolean;
}

/** Not an OK, as the listener answers a request without a body that made a dialect fail. */
const FAILED = textReply(503, 'TRY AGAIN\n');

/** Reads exchanges as the listener would, one after the other; nothing is stored. Never throws. */
export class RequestReader {
  readonly #parts: ReaderParts;
  readonly #dialects: readonly Dialect[];

  constructor(parts: ReaderParts) {
    this.#parts = parts;
    this.#dialects = parts.createDialects();
  }

  /** Everything was on disk at once, the moment the request was whole. */
  contextOf({ requestEndMs }: SniffedExchange, device: DialectContext['device']): DialectContext {
    const { wallClock, settings } = this.#parts;
    const receivedAt = new Date(requestEndMs);
    return {
      receivedAt,
      wallNow: wallClock.text(receivedAt),
      utcOffsetMinutes: wallClock.offsetMinutes(receivedAt),
      settings,
      device,
      pendingCommands: () => [],
    };
  }

  read(exchange: SniffedExchange, device: DialectContext['device']): Read {
    return this.#readBy(this.#dialects, exchange, device);
  }

  /** True when it would be read and answered alike with nothing before it but this state of the device. */
  isReadAlike(read: Read, exchange: SniffedExchange, device: DeviceState | null): boolean {
    const other = this.#readBy(this.#parts.createDialects(), exchange, () => device ?? undefined);
    if (read.reply === null || other.reply === null) return read.reply === other.reply;
    return isSameReply(read.reply, other.reply) && outcomeOf(read.reading) === outcomeOf(other.reading);
  }

  #readBy(dialects: readonly Dialect[], exchange: SniffedExchange, device: DialectContext['device']): Read {
    const { pathPrefix, serve } = this.#parts;
    const request = createWireRequest(exchange.request, pathPrefix);
    const dialect = dialects.find((one) => claims(one, request));
    const refusal = this.#refusalOf(exchange);
    const answer = (reading: Reading, hasFailed = false): Read => {
      const render = (): PlainReply =>
        parseReply(serve.render(reading.stored, request, exchange.requestEndMs));
      const reply = refusal ?? (exchange.requestIsWhole ? render() : null);
      const isRefused = refusal !== null;
      return { request, dialect: dialect?.name ?? null, reading, hasFailed, reply, isRefused };
    };
    // As in the listener: what breaks off is not read, and not acknowledged.
    if (!exchange.requestIsWhole) return answer(emptyReading(FAILED));
    if (dialect === undefined) return answer(emptyReading(serve.unclaimed(request)));
    try {
      return answer(dialect.read(request, this.contextOf(exchange, device)));
    } catch {
      // A bug in the dialect, which is said where it is shown. The next request is read all the same.
      return answer(emptyReading(FAILED), true);
    }
  }

  /**
   * Null where the listener leaves the answer to a dialect. Some refusals show in the request, others (its end came
   * too late, Node's parser found fault with it) only in the answer: that is known by its words.
   */
  #refusalOf(exchange: SniffedExchange): PlainReply | null {
    const { serve } = this.#parts;
    const { buffer, byteOffset, length } = exchange.requestBytes;
    const headBytes = findBody(Buffer.from(buffer, byteOffset, length), 0);
    const bodyBytes = exchange.request.body.length + exchange.requestBytesCut;
    const isOverLimit = serve.isOverLimit(headBytes, bodyBytes);
    const given = exchange.reply && plainReplyOf(exchange.reply);
    if (!isOverLimit && (given === null || given.status < 400)) return null;
    const request = createWireRequest(
      { ...exchange.request, body: new Uint8Array() },
      this.#parts.pathPrefix,
    );
    const refusals = serve.refusals(this.#tryAgain(request, exchange));
    if (given !== null && refusals.some((one) => isSaid(one, given, isOverLimit))) return given;
    return isOverLimit ? parseReply(serve.render(refusals.at(-1)!, request, exchange.requestEndMs)) : null;
  }

  /** By dialects of their own: a request that is refused is no part of anything. */
  #tryAgain(request: WireRequest, exchange: SniffedExchange): Reply | null {
    const dialect = this.#parts.createDialects().find((one) => claims(one, request));
    if (dialect === undefined) return null;
    try {
      return dialect.read(
        request,
        this.contextOf(exchange, () => undefined),
      ).notStored;
    } catch {
      // As in the listener, which has an answer of its own then.
      return FAILED;
    }
  }
}

/** A dialect's "try again" that is no failure in HTTP is said to whatever can't be stored just now, too. */
function isSaid({ status, body }: Reply, given: PlainReply, isOverLimit: boolean): boolean {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  const isFailure = isOverLimit || status >= 400;
  return isFailure && status === given.status && Buffer.compare(bytes, given.body) === 0;
}

function claims(dialect: Dialect, request: WireRequest): boolean {
  try {
    return dialect.claims(request);
  } catch {
    // As in the listener: a dialect that fails on the question does not claim.
    return false;
  }
}

/** Everything of a reading that a test would look at. */
function outcomeOf({ deviceSn, punches, unread, skipped, dropped }: Reading): string {
  return JSON.stringify([deviceSn, punches, unread.map(({ reason }) => reason), skipped, dropped]);
}
