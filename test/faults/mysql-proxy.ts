import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** What happens on the line between hip and its database from now on, also to connections that are open. */
export type LineFault =
  | { readonly kind: 'none' }
  /** Nobody listens. */
  | { readonly kind: 'refuses' }
  /** New connections are taken and hear nothing; so do open ones. */
  | { readonly kind: 'hangs' }
  /** What the database says is lost; what hip says arrives. */
  | { readonly kind: 'half-open' }
  /** The next statement that writes is carried out, and the line breaks before the answer. */
  | { readonly kind: 'breaks-after-write'; readonly times: number }
  /** As before, but the answer is held back until `kill` has been called and hip is gone. */
  | { readonly kind: 'answers-late'; readonly kill: () => void }
  /** The answer is let through and `kill` called with it. */
  | { readonly kind: 'answers-then'; readonly kill: () => void }
  /** Statements that write are not carried out but answered with this error. */
  | { readonly kind: 'error'; readonly errno: number; readonly sqlState: string; readonly times: number };

export interface MysqlProxy {
  readonly port: number;
  /** How often the present fault has struck. */
  readonly strikes: number;
  set(fault: LineFault): void;
  close(): Promise<void>;
}

/** Stands before a MySQL server and does to the line what networks and servers do. Plain protocol only, no TLS. */
export async function startMysqlProxy(target: { host: string; port: number }): Promise<MysqlProxy> {
  const state: State = { fault: { kind: 'none' }, strikes: 0 };
  const open = new Set<Socket>();
  const server = createServer((client) => {
    open.add(client);
    client.on('close', () => open.delete(client));
    client.on('error', () => undefined);
    if (state.fault.kind === 'refuses') {
      state.strikes += 1;
      client.resetAndDestroy();
      return;
    }
    new Line(client, connect(target), state);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    get strikes() {
      return state.strikes;
    },
    set(fault) {
      state.fault = fault;
      state.strikes = 0;
      if (fault.kind === 'refuses') for (const socket of open) socket.resetAndDestroy();
    },
    async close() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

interface State {
  fault: LineFault;
  strikes: number;
}

const COM_QUERY = 3;
const COM_EXECUTE = 23;
const WRITES = /^\s*(?:\/\*.*?\*\/\s*)?(?:INSERT|REPLACE|LOAD DATA|COMMIT)/i;
const HEADER = 4;
const MOST = 0xff_ff_ff;

/** One connection, packet by packet towards the server. */
class Line {
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #state: State;
  #pending = Buffer.alloc(0);
  /** A statement that writes is with the server. */
  #isWriting = false;

  constructor(client: Socket, server: Socket, state: State) {
    this.#client = client;
    this.#server = server;
    this.#state = state;
    client.on('data', (chunk) => this.#fromClient(chunk));
    server.on('data', (chunk) => this.#fromServer(chunk));
    client.on('close', () => server.destroy());
    server.on('close', () => client.destroy());
    server.on('error', () => client.destroy());
  }

  #fromClient(chunk: Buffer): void {
    if (this.#state.fault.kind === 'hangs') {
      this.#state.strikes += 1;
      return;
    }
    this.#pending = Buffer.concat([this.#pending, chunk]);
    for (;;) {
      const end = wholePacket(this.#pending);
      if (end === 0) return;
      const packet = this.#pending.subarray(0, end);
      this.#pending = this.#pending.subarray(end);
      this.#forward(packet);
    }
  }

  #forward(packet: Buffer): void {
    const { fault } = this.#state;
    this.#isWriting = isWrite(packet);
    if (this.#isWriting && fault.kind === 'error' && this.#state.strikes < fault.times) {
      this.#state.strikes += 1;
      this.#client.write(errorPacket(fault.errno, fault.sqlState));
      return;
    }
    this.#server.write(packet);
  }

  #fromServer(chunk: Buffer): void {
    const { fault } = this.#state;
    if (fault.kind === 'hangs' || fault.kind === 'half-open') {
      this.#state.strikes += 1;
      return;
    }
    if (!this.#isWriting) {
      this.#client.write(chunk);
      return;
    }
    if (fault.kind === 'breaks-after-write' && this.#state.strikes < fault.times) {
      this.#state.strikes += 1;
      this.#client.resetAndDestroy();
    } else if (fault.kind === 'answers-late') {
      this.#strikeOnce(fault.kill);
    } else if (fault.kind === 'answers-then') {
      this.#client.write(chunk, () => this.#strikeOnce(fault.kill));
    } else this.#client.write(chunk);
  }

  #strikeOnce(kill: () => void): void {
    this.#state.strikes += 1;
    if (this.#state.strikes === 1) kill();
  }
}

/** Where the first whole packet ends; 0 when there is none yet. Long ones go on in further packets. */
function wholePacket(bytes: Buffer): number {
  for (let at = 0; ; ) {
    if (bytes.length < at + HEADER) return 0;
    const length = bytes.readUIntLE(at, 3);
    at += HEADER + length;
    if (bytes.length < at) return 0;
    if (length < MOST) return at;
  }
}

function isWrite(packet: Buffer): boolean {
  const isFirst = packet[3] === 0;
  if (!isFirst) return false;
  if (packet[HEADER] === COM_EXECUTE) return true;
  return packet[HEADER] === COM_QUERY && WRITES.test(packet.toString('latin1', HEADER + 1, HEADER + 200));
}

function errorPacket(errno: number, sqlState: string): Buffer {
  const head = Buffer.from([0xff, errno & 0xff, errno >> 8]);
  const payload = Buffer.concat([head, Buffer.from(`#${sqlState}said by the proxy`)]);
  const length = Buffer.alloc(HEADER);
  length.writeUIntLE(payload.length, 0, 3);
  length[3] = 1;
  return Buffer.concat([length, payload]);
}
