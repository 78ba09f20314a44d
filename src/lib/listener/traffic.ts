import type { WireRequest } from '../dialects/dialect.js';
import { withoutSecrets } from './secrets.js';

/** What came in and what became of it; counted since the start, for `hip status`. */
export interface TrafficCounts {
  /** Complete requests. */
  requests: number;
  /** Answered with "try again" because the journal could not commit. */
  refusedNotStored: number;
  /** Bodies, heads or connections beyond a limit. */
  overLimit: number;
  /** Requests that ended before their end; never stored, never acknowledged. */
  truncated: number;
  /** Bodies that neither Content-Length nor chunks gave a length, and no close an end; refused with "try again". */
  lengthlessBodies: number;
  /** Heads or bodies that did not come in time. */
  timedOut: number;
  /** Connections that spoke another protocol, or noise. */
  nonHttp: number;
  /** Connections that sent nothing. */
  silentSockets: number;
  /** Requests that no dialect claims. */
  unclaimed: number;
  /** Heads that were mended before they could be read. */
  repairedHeads: number;
  /** Bytes behind a request that are no request: a wrong Content-Length, or a later head that can't be read. */
  unreadable: number;
  /** Bugs: a dialect threw; its input is in quarantine. */
  dialectFailures: number;
  /** Connections from addresses that are not in `serve.allowFrom`. */
  notAllowed: number;
  /** Requests beyond what one address or device may send in a minute; told to try again. */
  rateLimited: number;
}

export interface TrafficSample {
  /** ISO UTC. */
  readonly at: string;
  readonly kind: 'unclaimed' | 'non-http' | 'silent' | 'unreadable' | 'not-allowed';
  readonly remoteAddress: string;
  /** `POST /path, 120 bytes`, without secrets; or what was seen, in words. */
  readonly what: string;
  /** The first 64 bytes, of non-HTTP traffic only. */
  readonly hex?: string;
  readonly text?: string;
}

/** Enough to see a pattern, too few to be a store of anything. */
const RING_SIZE = 16;
const SAMPLE_BYTES = 64;
const SHOWN_TARGET = 200;

/** Counts, and a small ring of samples per kind, so that much of one kind does not push out the others. */
export class Traffic {
  readonly counts: TrafficCounts = {
    requests: 0,
    refusedNotStored: 0,
    overLimit: 0,
    truncated: 0,
    lengthlessBodies: 0,
    timedOut: 0,
    nonHttp: 0,
    silentSockets: 0,
    unclaimed: 0,
    repairedHeads: 0,
    unreadable: 0,
    dialectFailures: 0,
    notAllowed: 0,
    rateLimited: 0,
  };
  readonly #rings = new Map<TrafficSample['kind'], TrafficSample[]>();
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** Newest last. */
  samples(): readonly TrafficSample[] {
    return [...this.#rings.values()].flat().sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  }

  silent(remoteAddress: string): void {
    this.counts.silentSockets += 1;
    this.#keep({ kind: 'silent', remoteAddress, what: 'connected and sent nothing' });
  }

  notAllowed(remoteAddress: string): void {
    this.counts.notAllowed += 1;
    this.#keep({ kind: 'not-allowed', remoteAddress, what: 'not in serve.allowFrom' });
  }

  foreign(remoteAddress: string, bytes: Uint8Array): void {
    this.counts.nonHttp += 1;
    // A TLS record of kind handshake: the device is set to HTTPS.
    const isTls = bytes[0] === 0x16 && bytes[1] === 0x03;
    this.#keepBytes('non-http', isTls ? 'TLS (the device is set to HTTPS)' : 'not HTTP', {
      remoteAddress,
      bytes,
    });
  }

  /** On the port for HTTPS. */
  noHandshake(remoteAddress: string): void {
    this.counts.nonHttp += 1;
    this.#keep({ kind: 'non-http', remoteAddress, what: 'no TLS handshake on the TLS port' });
  }

  unreadable(remoteAddress: string, bytes: Uint8Array): void {
    // Only line ends: some clients send one behind a body.
    if (bytes.every((byte) => byte === 13 || byte === 10)) return;
    this.counts.unreadable += 1;
    this.#keepBytes('unreadable', 'no request behind a request', { remoteAddress, bytes });
  }

  unclaimed(request: WireRequest): void {
    this.counts.unclaimed += 1;
    const target = withoutSecrets(request.target).slice(0, SHOWN_TARGET);
    const what = `${request.method} ${target}, ${request.body.length} bytes`;
    this.#keep({ kind: 'unclaimed', remoteAddress: request.remoteAddress, what });
  }

  #keepBytes(
    kind: TrafficSample['kind'],
    what: string,
    from: { readonly remoteAddress: string; readonly bytes: Uint8Array },
  ): void {
    const head = Buffer.from(from.bytes.buffer, from.bytes.byteOffset, from.bytes.byteLength);
    const text = withoutSecrets(head.toString('latin1', 0, SAMPLE_BYTES));
    const hex = Buffer.from(text, 'latin1').toString('hex');
    const { remoteAddress } = from;
    this.#keep({ kind, remoteAddress, what, hex, text: text.replace(/[^ -~]/g, '.') });
  }

  #keep(sample: Omit<TrafficSample, 'at'>): void {
    const ring = this.#rings.get(sample.kind) ?? [];
    this.#rings.set(sample.kind, ring);
    ring.push({ at: new Date(this.#nowMs()).toISOString(), ...sample });
    if (ring.length > RING_SIZE) ring.shift();
  }
}
