import type { Socket } from 'node:net';

/**
 * States of a connection:
 *   gate -> idle            (its first head is complete and was handed to the parser)
 *   idle -> busy            (a request began)
 *   busy -> idle            (its reply is written and no other is owed)
 *   any  -> closed
 * Sets keep insertion order, so the first of `gate` and of `idle` is always the one that waits longest.
 */
export class Connection {
  /** Requests whose reply is not written yet. */
  owed = 0;
  /** A request whose body is still under way. */
  receiving = false;
  /** What followed the last good request can't be read: close once all replies are written. */
  spoiled = false;
  waitsSinceMs: number;

  constructor(
    readonly socket: Socket,
    readonly remoteAddress: string,
    nowMs: number,
  ) {
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
  readonly #gate = new Set<Connection>();
  readonly #idle = new Set<Connection>();
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
    this.#gate.add(connection);
    this.#count(connection.remoteAddress, 1);
    socket.once('close', () => this.#forget(connection));
    this.#makeRoom(connection);
    return connection;
  }

  /** The first head has passed. */
  pass(connection: Connection, nowMs: number): void {
    this.#gate.delete(connection);
    this.#rest(connection, nowMs);
  }

  /** A request began. */
  begin(connection: Connection): void {
    if (connection.owed === 0) this.#idle.delete(connection);
    connection.owed += 1;
  }

  /** Its reply is written. */
  finish(connection: Connection, nowMs: number): void {
    connection.owed -= 1;
    if (connection.owed === 0) this.#rest(connection, nowMs);
  }

  /** Those that have owed nothing since `beforeMs` or longer. */
  *idleSince(beforeMs: number): Iterable<Connection> {
    for (const connection of this.#idle) {
      if (connection.waitsSinceMs > beforeMs) return;
      yield connection;
    }
  }

  /** Connections that owe no reply. */
  *unoccupied(): Iterable<Connection> {
    yield* this.#gate;
    yield* this.#idle;
  }

  [Symbol.iterator](): Iterator<Connection> {
    return this.#open.values();
  }

  #rest(connection: Connection, nowMs: number): void {
    if (!this.#open.has(connection)) return;
    connection.waitsSinceMs = nowMs;
    this.#idle.add(connection);
  }

  #makeRoom(newcomer: Connection): void {
    const { maxSockets, maxSocketsPerAddress } = this.#limits;
    if (
      maxSocketsPerAddress > 0 &&
      (this.#perAddress.get(newcomer.remoteAddress) ?? 0) > maxSocketsPerAddress
    ) {
      this.#evict(newcomer);
    } else if (this.#open.size > maxSockets) {
      this.#evict(this.#longestWaiting(newcomer));
    }
  }

  /** Forgotten at once: `close` comes later, and the next newcomer must not evict the same one again. */
  #evict(connection: Connection): void {
    this.evicted += 1;
    this.#forget(connection);
    connection.socket.destroy();
  }

  /** The newcomer itself only when all others are in the middle of a request. */
  #longestWaiting(newcomer: Connection): Connection {
    const [gate] = this.#gate;
    const [idle] = this.#idle;
    if (!idle) return gate ?? newcomer;
    return gate && gate !== newcomer && gate.waitsSinceMs < idle.waitsSinceMs ? gate : idle;
  }

  #forget(connection: Connection): void {
    if (!this.#open.delete(connection)) return;
    this.#gate.delete(connection);
    this.#idle.delete(connection);
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
