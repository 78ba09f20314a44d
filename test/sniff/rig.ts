import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { systemClock } from '../../src/lib/app.js';
import { bind } from '../../src/lib/listener/bind.js';
import type { Backend } from '../../src/lib/sniff/backend.js';
import type { Observation } from '../../src/lib/sniff/exchange.js';
import { noSaver } from '../../src/lib/sniff/saver.js';
import { createTap, type Recorder } from '../../src/lib/sniff/tap.js';
import { Client } from '../listener/support/client.js';

const HOST = '127.0.0.1';

/** What a tap saw, and waiting for what it has yet to see. */
export class Watched {
  readonly all: Observation[] = [];
  #wake: () => void = () => undefined;

  readonly observe = (observation: Observation): void => {
    this.all.push(observation);
    this.#wake();
  };

  of<Kind extends Observation['kind']>(kind: Kind): Extract<Observation, { kind: Kind }>[] {
    return this.all.filter((one): one is Extract<Observation, { kind: Kind }> => one.kind === kind);
  }

  async until<Kind extends Observation['kind']>(
    kind: Kind,
    count = 1,
  ): Promise<Extract<Observation, { kind: Kind }>> {
    while (this.of(kind).length < count) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.of(kind)[count - 1]!;
  }
}

export interface StartedTap {
  readonly port: number;
  readonly seen: Watched;
  stop(): Promise<void>;
}

/** A tap on one port, in front of `backend`, until the test ends. */
export async function startTap(backend: Backend | null, recorder: Recorder = noSaver): Promise<StartedTap> {
  const seen = new Watched();
  const tap = createTap({
    addresses: [{ host: HOST, port: 0 }],
    bind,
    backend,
    recorder,
    clock: systemClock,
    observe: seen.observe,
  });
  const [address] = await tap.start();
  let stopped: Promise<void> | null = null;
  const stop = (): Promise<void> => {
    stopped ??= tap.stop();
    return stopped;
  };
  onTestFinished(stop);
  return { port: address!.port, seen, stop };
}

/** A receiver that does with each connection what the test says. */
export async function startReceiver(
  onConnection: (socket: Socket) => void,
  port = 0,
): Promise<Backend & { readonly port: number; close(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    onConnection(socket);
  });
  const bound = await bind(server, { host: HOST, port });
  const close = (): Promise<void> => closeServer(server, sockets);
  onTestFinished(close);
  return {
    name: 'the receiver',
    port: bound.port,
    connect: () => connect({ host: HOST, port: bound.port, allowHalfOpen: true }),
    close,
  };
}

async function closeServer(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  for (const socket of sockets) socket.destroy();
  await closed;
}

/** Answers every whole request of a known length with its own body. */
export function echo(socket: Socket): void {
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
    for (;;) {
      const head = /^[\s\S]*?\r\n\r\n/.exec(text)?.[0];
      const length = Number(/content-length: *(\d+)/i.exec(head ?? '')?.[1] ?? 0);
      if (head === undefined || text.length < head.length + length) return;
      const body = text.slice(head.length, head.length + length);
      text = text.slice(head.length + length);
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`, 'latin1');
    }
  });
  socket.on('end', () => socket.end());
}

/** A device that hangs up with the test. */
export async function call(port: number): Promise<Client> {
  const client = await Client.open(port);
  onTestFinished(() => client.destroy());
  return client;
}
