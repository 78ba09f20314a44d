import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

/**
 * States of a connection:
 *   waiting -> busy      (a request began; its reply is owed)
 *   busy    -> waiting   (the last reply owed is written)
 *   any     -> closed
 * A connection whose first request has not come is waiting, too.
 */
export class Connection {
  /** Requests whose reply is not written yet. */
  owed = 0;
  /** The request whose body is being collected. */
  receiving: Pick<IncomingMessage, 'complete'> | null = null;
  /** What followed a good request can't be read: its reply closes. What is not heard is sent again. */
  spoiled = false;
  waitsSinceMs: number;

  constructor(
    readonly socket: Socket,
    readonly remoteAddress: string,
    nowMs: number,
  ) {
    this.waitsSinceMs = nowMs;
  }

  /** True while a request has begun to come and is not all there: if it ends now, it is truncated. */
  get isMidRequest(): boolean {
    // Node reports the end of a body a little later than it knows of it.
    return this.receiving !== null && !this.receiving.complete;
  }

  begin(): void {
    this.owed += 1;
  }

  finish(nowMs: number): void {
    this.owed -= 1;
    this.waitsSinceMs = nowMs;
  }
}

export interface ConnectionLimits {
  readonly maxSockets: number;
  readonly maxSocketsPerAddress: number;
}

const CONNECTION = Symbol('connection');
type MarkedSocket = Socket & { [CONNECTION]?: Connection };

/** The connection that was admitted on this socket. */
export function connectionOf(socket: Socket): Connection | undefined {
  return (socket as MarkedSocket)[CONNECTION];
}

/** All open connections, and which of them goes when there are too many. */
export class Connections {
  /** Closed to make room for others. */
  evicted = 0;
  readonly #open = new Set<Connection>();
  readonly #perAddress = new Map<string, number>();
  readonly #limits: ConnectionLimits;

  constructor(limits: ConnectionLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#open.size;
  }

  /** Registers a new socket; another one, or this one itself, may have to go for it. */
  admit(socket: Socket, nowMs: number): Connection {
    const connection = new Connection(socket, plainAddress(socket.remoteAddress), nowMs);
    (socket as MarkedSocket)[CONNECTION] = connection;
    this.#open.add(connection);
    this.#count(connection.remoteAddress, 1);
    socket.once('close', () => this.#forget(connection));
    this.#makeRoom(connection);
    return connection;
  }

  /** Connections that owe no reply, and have owed none since `beforeMs`. */
  waiting(beforeMs: number): Connection[] {
    return [...this.#open].filter(({ owed, waitsSinceMs }) => owed === 0 && waitsSinceMs <= beforeMs);
  }

  [Symbol.iterator](): Iterator<Connection> {
    return this.#open.values();
  }

  #makeRoom(newcomer: Connection): void {
    const { maxSockets, maxSocketsPerAddress } = this.#limits;
    const fromThere = this.#perAddress.get(newcomer.remoteAddress) ?? 0;
    if (maxSocketsPerAddress > 0 && fromThere > maxSocketsPerAddress) this.#evict(newcomer);
    else if (this.#open.size > maxSockets) this.#evict(this.#longestWaiting(newcomer));
  }

  /** Forgotten at once: `close` comes later, and the next newcomer must not evict the same one again. */
  #evict(connection: Connection): void {
    this.evicted += 1;
    this.#forget(connection);
    connection.socket.destroy();
  }

  /**
   * The newcomer itself only when all others are in the middle of a request. Looks at all of them: that is tens of
   * microseconds, at the limit only, where an order kept up to date would cost every request.
   */
  #longestWaiting(newcomer: Connection): Connection {
    let longest: Connection | undefined;
    for (const connection of this.#open) {
      if (connection.owed > 0 || connection === newcomer) continue;
      if (!longest || connection.waitsSinceMs < longest.waitsSinceMs) longest = connection;
    }
    return longest ?? newcomer;
  }

  #forget(connection: Connection): void {
    if (!this.#open.delete(connection)) return;
    this.#count(connection.remoteAddress, -1);
  }

  #count(address: string, change: number): void {
    if (this.#limits.maxSocketsPerAddress === 0) return;
    const count = (this.#perAddress.get(address) ?? 0) + change;
    if (count === 0) this.#perAddress.delete(address);
    else this.#perAddress.set(address, count);
  }
}

/** IPv4 as people write it, also when it came over an IPv6 socket. */
export function plainAddress(address: string | undefined): string {
  return address?.replace(/^::ffff:(?=\d+\.)/, '') ?? '';
}
