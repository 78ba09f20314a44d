import type { Clock } from '../forwarder/clock.js';
import type { Observation, SniffedConnection } from './exchange.js';

/** Enough to know any protocol by; a whole TLS hello fits. */
const HEAD_BYTES = 4096;
/** What begins as no HTTP comes in a few packets; a person watching should not have to wait for its end. */
const QUIET_MS = 500;

export interface ForeignHeadParts {
  readonly connection: SniffedConnection;
  readonly clock: Clock;
  observe(observation: Observation): void;
  hasSeenHttp(): boolean;
}

/** How the part of a connection that is no HTTP began; told once, as soon as there is enough or a pause. */
export class ForeignHead {
  readonly #parts: ForeignHeadParts;
  #head = Buffer.alloc(0);
  #atMs = 0;
  #isTold = false;
  #cancel: () => void = () => undefined;

  constructor(parts: ForeignHeadParts) {
    this.#parts = parts;
  }

  add(bytes: Buffer, atMs: number): void {
    if (this.#isTold) return;
    if (this.#head.length === 0) this.#atMs = atMs;
    this.#head = Buffer.concat([this.#head, bytes.subarray(0, HEAD_BYTES - this.#head.length)]);
    this.#cancel();
    if (this.#head.length === HEAD_BYTES) this.tell();
    else this.#cancel = this.#parts.clock.after(QUIET_MS, () => this.tell());
  }

  /** Without effect when there is nothing, or it was told. */
  tell(): void {
    this.#cancel();
    if (this.#isTold || this.#head.length === 0) return;
    this.#isTold = true;
    const { connection, observe, hasSeenHttp } = this.#parts;
    const isBehindHttp = hasSeenHttp();
    observe({ kind: 'foreign', connection, atMs: this.#atMs, head: this.#head, isBehindHttp });
  }
}
