import type { Socket } from 'node:net';
import type { Clock } from '../forwarder/clock.js';
import type { Connection } from './connections.js';
import { type Examination, examineHead, withLength } from './head.js';
import { LENGTHLESS_QUIET_MS } from './settings.js';
import type { Traffic } from './traffic.js';

export interface GateParts {
  readonly traffic: Traffic;
  readonly clock: Clock;
  readonly headerTimeoutMs: number;
  readonly maxHeaderBytes: number;
  readonly maxBodyBytes: number;
  /** Takes the socket over, with the bytes it is to see first. */
  pass(connection: Connection, bytes: Buffer): void;
  /** Answers with the dialect's "try again" from what there is of a head, and hangs up. */
  refuse(connection: Connection, head: Buffer): void;
  /** Says that the head took too long, and hangs up. */
  expire(connection: Connection): void;
}

type CompleteHead = Extract<Examination, { kind: 'head' }>;

/**
 * Every connection's first head passes here before Node's parser sees it; later requests go to the parser at once,
 * so kept connections pay nothing. A device whose later head needs mending is disconnected by the parser's error
 * and comes back through the gate.
 *
 * States: silent -> collecting (first bytes) -> passed | foreign | refused | expired
 *                   collecting -> measuring (complete head without length) -> passed | refused
 */
export class Gate {
  readonly #parts: GateParts;
  readonly #connection: Connection;
  readonly #socket: Socket;
  #bytes: Buffer = Buffer.alloc(0);
  #lengthless: CompleteHead | null = null;
  #cancelTimer: () => void;

  constructor(parts: GateParts, connection: Connection) {
    this.#parts = parts;
    this.#connection = connection;
    this.#socket = connection.socket;
    this.#cancelTimer = parts.clock.after(parts.headerTimeoutMs, () => this.#expire());
    this.#socket.on('data', this.#onData);
    this.#socket.on('end', this.#onEnd);
    this.#socket.on('close', this.#onClose);
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#bytes = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk]);
    if (this.#lengthless) {
      this.#measure(this.#lengthless);
      return;
    }
    const examined = examineHead(this.#bytes);
    if (examined.kind === 'foreign') this.#turnAway();
    else if (examined.kind === 'head') this.#onHead(examined);
    else if (this.#bytes.length > this.#parts.maxHeaderBytes) this.#refuse(this.#bytes, 'overLimit');
  };

  #onHead(examined: CompleteHead): void {
    if (examined.head.length > this.#parts.maxHeaderBytes) {
      this.#refuse(examined.head, 'overLimit');
      return;
    }
    if (examined.repaired) this.#parts.traffic.counts.repairedHeads += 1;
    if (examined.lengthless) this.#measure(examined);
    else if (!examined.repaired) this.#pass(this.#bytes);
    else this.#pass(Buffer.concat([examined.head, this.#bytes.subarray(examined.bodyAt)]));
  }

  /**
   * No length: the body is what comes until the client closes its side. Without a close the end is unknown and a
   * body can't be told from a truncated one, so it is refused after a quiet while; an empty one is served.
   */
  #measure(examined: CompleteHead): void {
    this.#lengthless = examined;
    this.#cancelTimer();
    const size = this.#bytes.length - examined.bodyAt;
    if (size > this.#parts.maxBodyBytes) {
      this.#refuse(examined.head, 'overLimit');
      return;
    }
    this.#cancelTimer = this.#parts.clock.after(LENGTHLESS_QUIET_MS, () => {
      if (size === 0) this.#pass(withLength(examined.head, 0));
      else this.#refuse(examined.head, 'lengthlessBodies');
    });
  }

  readonly #onEnd = (): void => {
    const examined = this.#lengthless;
    if (!examined) {
      this.#socket.end();
      return;
    }
    const body = this.#bytes.subarray(examined.bodyAt);
    this.#pass(Buffer.concat([withLength(examined.head, body.length), body]));
    // The parser came too late to hear it.
    this.#socket.emit('end');
  };

  readonly #onClose = (): void => {
    this.#cancelTimer();
    const { traffic } = this.#parts;
    if (this.#bytes.length === 0) traffic.silent(this.#connection.remoteAddress);
    else if (this.#bytes.includes(10)) traffic.counts.truncated += 1;
    else traffic.foreign(this.#connection.remoteAddress, this.#bytes);
  };

  #expire(): void {
    const { traffic, expire } = this.#parts;
    if (this.#bytes.length === 0) {
      // Nothing was asked, so nothing is answered; the close counts it as silent.
      this.#socket.destroy();
      return;
    }
    traffic.counts.timedOut += 1;
    this.#leave();
    expire(this.#connection);
  }

  #pass(bytes: Buffer): void {
    this.#leave();
    this.#parts.pass(this.#connection, bytes);
  }

  #refuse(head: Buffer, why: 'overLimit' | 'lengthlessBodies'): void {
    this.#parts.traffic.counts[why] += 1;
    this.#leave();
    this.#parts.refuse(this.#connection, head);
  }

  #turnAway(): void {
    this.#parts.traffic.foreign(this.#connection.remoteAddress, this.#bytes);
    this.#leave();
    this.#socket.destroy();
  }

  #leave(): void {
    this.#cancelTimer();
    this.#socket.off('data', this.#onData);
    this.#socket.off('end', this.#onEnd);
    this.#socket.off('close', this.#onClose);
  }
}
