import type { RawRequest } from '../dialects/request.js';

/**
 * What `hip sniff` sees, as values: made by the capture, read by the explainer, the views, the savers and the
 * summary. Times are milliseconds since 1970 by this PC's clock. Bytes are exactly those on the wire.
 */

export interface SniffedConnection {
  /** From 1, per run. */
  readonly id: number;
  /** The port of ours that the device called; 0 for what is read from a file. */
  readonly port: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly openedAtMs: number;
}

/** One HTTP request and what was answered. */
export interface SniffedExchange {
  readonly kind: 'exchange';
  /** From 1, per run, in order of completion. */
  readonly number: number;
  readonly connection: SniffedConnection;
  /** First and last byte of the request. */
  readonly requestAtMs: number;
  readonly requestEndMs: number;
  readonly request: RawRequest;
  /** Head and body as they came, framing included; at most the capture's bound of them. */
  readonly requestBytes: Uint8Array;
  /** How many bytes of the request were not kept because of that bound; then `request.body` is cut as well. */
  readonly requestBytesCut: number;
  /** False: the connection ended before the request did. */
  readonly requestIsWhole: boolean;
  /** Null: the connection ended without an answer. */
  readonly reply: SniffedReply | null;
}

export interface SniffedReply {
  readonly atMs: number;
  readonly status: number;
  readonly reason: string;
  readonly httpVersion: string;
  /** Name, value, name, value …, as written. */
  readonly rawHeaders: readonly string[];
  readonly body: Uint8Array;
  readonly bytes: Uint8Array;
  /** As `requestBytesCut`. */
  readonly bytesCut: number;
}

/** Bytes that are no HTTP request, told once per connection with how it began. */
export interface ForeignTraffic {
  readonly kind: 'foreign';
  readonly connection: SniffedConnection;
  readonly atMs: number;
  /** The first bytes, at most 4 KiB. */
  readonly head: Uint8Array;
  /** HTTP came before it on this connection. */
  readonly isBehindHttp: boolean;
}

export interface ConnectionEnd {
  readonly kind: 'end';
  readonly connection: SniffedConnection;
  readonly atMs: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly exchanges: number;
  /** Who closed: the device, we (or the forward's other side), or nobody could tell. */
  readonly by: 'device' | 'us' | 'error';
}

/** Something the person should know that is not traffic: the forward's other side is away, saving stopped. */
export interface SniffNotice {
  readonly kind: 'notice';
  readonly atMs: number;
  readonly message: string;
  /** A connection that has been open for long and brought nothing. */
  readonly silent?: SniffedConnection;
  /** How many exchanges the output lacks at this place. */
  readonly notShown?: number;
}

export type Observation = SniffedExchange | ForeignTraffic | ConnectionEnd | SniffNotice;
