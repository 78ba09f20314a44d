import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** Connections to a target that may be hung up on at any moment. */
export class Clients {
  readonly #open = new Set<Socket>();
  readonly #port: () => number;

  constructor(port: () => number) {
    this.#port = port;
  }

  /** So many at once; a reset is one of the answers they may get. */
  async open(count: number): Promise<Socket[]> {
    const sockets = Array.from({ length: count }, (_, i) => {
      const localAddress = `127.0.0.${1 + (i % 200)}`;
      const socket = connect({ port: this.#port(), host: '127.0.0.1', localAddress, noDelay: true });
      this.#open.add(socket);
      socket.on('close', () => this.#open.delete(socket));
      socket.on('error', () => undefined);
      return socket;
    });
    await Promise.all(sockets.map((socket) => once(socket, 'connect')));
    return sockets;
  }

  close(): void {
    for (const socket of this.#open) socket.destroy();
  }
}

/** All that is said until the connection is closed. */
export async function answerOf(socket: Socket): Promise<string> {
  let text = '';
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
  });
  if (!socket.closed) await once(socket, 'close').catch(() => undefined);
  return text;
}

export function post(user: string, sn: string): string {
  const body = `${user}\t2026-11-20 08:00:00\t0\t1\t0\t0\t0\n`;
  return `POST /iclock/cdata?SN=${sn}&table=ATTLOG HTTP/1.1\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
}
