import { createServer, type Server, type Socket } from 'node:net';
import { codeOf, messageOf } from '../errors.js';
import type { Clock } from '../forwarder/clock.js';
import { type Backend, isCertificateFault } from './backend.js';
import { Conversation } from './conversation.js';
import type { ConnectionEnd, Observation, SniffedConnection } from './exchange.js';
import { Keeper } from './kept-bytes.js';
import { relay } from './relay.js';
import { createSilenceWatch } from './silence.js';

export interface TapAddress {
  readonly host: string;
  readonly port: number;
}

/** Told of every byte before anything is made of it. */
export interface Recorder {
  opened(connection: SniffedConnection, localAddress: string): void;
  passed(chunk: Buffer, at: { connection: SniffedConnection; fromDevice: boolean; atMs: number }): void;
  closed(connection: SniffedConnection, atMs: number): void;
  /** Null: go on; else the connection that brought more waits for it. */
  whenReady(): Promise<void> | null;
}

export interface TapParts {
  readonly addresses: readonly TapAddress[];
  /** Listens and gives the address in use; throws what a person can act on. */
  readonly bind: (server: Server, address: TapAddress) => Promise<TapAddress>;
  /** What answers the devices; null: nobody does. */
  readonly backend: Backend | null;
  readonly recorder: Recorder;
  readonly clock: Clock;
  /** The order is that of the wire. */
  readonly observe: (observation: Observation) => void;
}

/** Call order: `start` once, `stop` once. */
export interface Tap {
  /** @throws {HipError} a port that can't be had; none is open then */
  start(): Promise<readonly TapAddress[]>;
  /** Hangs up on everybody and tells of it. */
  stop(): Promise<void>;
}

/**
 * Connections to our ports, relayed byte for byte to what answers them, and understood on the way: nothing that is
 * understood or not changes what passes (decision 012).
 */
export function createTap(parts: TapParts): Tap {
  const servers: Server[] = [];
  const sockets = new Set<Socket>();
  const intercept = createInterceptor(parts, sockets);
  return {
    async start() {
      const bound: TapAddress[] = [];
      try {
        for (const address of parts.addresses) {
          // A device may close its side after the request (HTTP/1.0) and still wait for the answer.
          const server = createServer({ allowHalfOpen: true }, intercept);
          bound.push(await parts.bind(server, address));
          servers.push(server);
          const where = `${address.host}:${address.port}`;
          server.on('error', (error) => {
            const message = `Can't take more connections on ${where}: ${messageOf(error)}.`;
            parts.observe({ kind: 'notice', atMs: parts.clock.nowMs(), message });
          });
        }
        return bound;
      } catch (error) {
        await closeAll(servers, sockets);
        throw error;
      }
    },
    stop: () => closeAll(servers, sockets),
  };
}

async function closeAll(servers: readonly Server[], sockets: ReadonlySet<Socket>): Promise<void> {
  const closed = servers.map((server) => new Promise((resolve) => server.close(resolve)));
  const gone = [...sockets].map((socket) => new Promise((resolve) => socket.once('close', resolve)));
  for (const socket of sockets) socket.destroy();
  await Promise.all([...closed, ...gone]);
}

function createInterceptor(parts: TapParts, sockets: Set<Socket>): (device: Socket) => void {
  const keeper = new Keeper();
  const tellTrouble = createTroubleTeller(parts);
  const watchSilence = createSilenceWatch(parts);
  const counts = { connections: 0, exchanges: 0 };
  const nextNumber = (): number => {
    counts.exchanges += 1;
    return counts.exchanges;
  };
  return (device) => {
    counts.connections += 1;
    const connection = connectionOf(device, { id: counts.connections, openedAtMs: parts.clock.nowMs() });
    const conversation = new Conversation({
      ...parts,
      connection,
      keeper,
      isAnswered: parts.backend !== null,
      nextNumber,
    });
    const backend = parts.backend?.connect() ?? null;
    backend?.once('data', () => tellTrouble(null));
    for (const socket of backend ? [device, backend] : [device]) {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
    }
    const spoke = watchSilence(connection);
    watch(parts, { device, backend, connection, conversation, tellTrouble, spoke });
  };
}

interface Watched {
  readonly device: Socket;
  readonly backend: Socket | null;
  readonly connection: SniffedConnection;
  readonly conversation: Conversation;
  readonly tellTrouble: (error: Error | null) => void;
  /** The connection is not silent, or not any more. */
  readonly spoke: () => void;
}

function watch({ recorder, clock, observe }: TapParts, watched: Watched): void {
  const { connection, conversation } = watched;
  const bytes = { in: 0, out: 0 };
  recorder.opened(connection, plainAddress(watched.device.localAddress));
  relay({
    ...watched,
    fromDevice(chunk) {
      const atMs = clock.nowMs();
      bytes.in += chunk.length;
      watched.spoke();
      recorder.passed(chunk, { connection, fromDevice: true, atMs });
      conversation.fromDevice(chunk, atMs);
      return recorder.whenReady();
    },
    toDevice(chunk) {
      const atMs = clock.nowMs();
      bytes.out += chunk.length;
      recorder.passed(chunk, { connection, fromDevice: false, atMs });
      conversation.toDevice(chunk, atMs);
      return recorder.whenReady();
    },
    backendFailed: watched.tellTrouble,
    closed(by: ConnectionEnd['by']) {
      const atMs = clock.nowMs();
      watched.spoke();
      conversation.end(atMs);
      recorder.closed(connection, atMs);
      const { exchanges } = conversation;
      observe({ kind: 'end', connection, atMs, bytesIn: bytes.in, bytesOut: bytes.out, exchanges, by });
    },
  });
}

/** Once per trouble and not once per connection: devices knock again every few seconds. */
function createTroubleTeller({ backend, clock, observe }: TapParts): (error: Error | null) => void {
  let told = '';
  return (error) => {
    const code = error === null ? '' : codeOf(error) || messageOf(error);
    if (code === told) return;
    told = code;
    const what = error === null ? 'answers again' : `can't be reached or broke off: ${messageOf(error)}`;
    const hint = isCertificateFault(error) ? ' With --insecure its certificate is taken as it is.' : '';
    observe({ kind: 'notice', atMs: clock.nowMs(), message: `${backend?.name} ${what}.${hint}` });
  };
}

function connectionOf(socket: Socket, rest: Pick<SniffedConnection, 'id' | 'openedAtMs'>): SniffedConnection {
  return {
    ...rest,
    port: socket.localPort ?? 0,
    remoteAddress: plainAddress(socket.remoteAddress),
    remotePort: socket.remotePort ?? 0,
  };
}

/** IPv4 as people write it, also when it came over an IPv6 socket. */
function plainAddress(address: string | undefined): string {
  return address?.replace(/^::ffff:(?=\d+\.)/, '') ?? '';
}
