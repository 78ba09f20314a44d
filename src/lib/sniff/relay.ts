import type { Socket } from 'node:net';
import type { Writable } from 'node:stream';
import { codeOf } from '../errors.js';
import type { ConnectionEnd } from './exchange.js';

/** Sees every chunk before it goes on. A promise: not to be overrun, wait for it before reading more. */
export type See = (chunk: Buffer) => Promise<void> | null;

export interface RelayParts {
  readonly device: Socket;
  /** What answers; null: nobody, and nothing is ever written to the device. */
  readonly backend: Socket | null;
  readonly fromDevice: See;
  readonly toDevice: See;
  backendFailed(error: Error): void;
  /** Once, when both sides are closed. */
  closed(by: ConnectionEnd['by']): void;
}

const KEEP_ALIVE_MS = 60_000;
/** How long one side may still be silent after the other has ended: longer than any terminal waits for an answer. */
const HALF_OPEN_MS = 120_000;

/** Two sockets, bytes unchanged between them: pace, half-closes and resets of one side are those of the other. */
export function relay(parts: RelayParts): void {
  const { device, backend } = parts;
  const end = watchEnd(parts);
  device.on('error', (error) => end.failed(error));
  device.once('end', () => end.first('device'));
  pump({ from: device, to: backend ?? device, see: parts.fromDevice, isMute: backend === null });
  if (backend === null) return;
  backend.on('error', (error) => {
    end.first('us');
    parts.backendFailed(error);
  });
  backend.once('end', () => end.first('us'));
  pump({ from: backend, to: device, see: parts.toDevice, isMute: false });
}

interface Pump {
  readonly from: Socket;
  readonly to: Socket;
  readonly see: See;
  /** Only the end goes on to the other side, not the bytes. */
  readonly isMute: boolean;
}

function pump({ from, to, see, isMute }: Pump): void {
  // Before it is connected Wine refuses a socket that is to be kept alive.
  if (from.connecting) from.once('connect', () => tune(from));
  else tune(from);
  from.on('data', (chunk) => {
    const ready = see(chunk);
    const isTaken = isMute || !to.writable || to.write(chunk);
    if (isTaken && ready === null) return;
    from.pause();
    void Promise.all([ready, isTaken ? null : drained(to)]).then(() => from.resume());
  });
  from.once('end', () => {
    to.end();
    to.setTimeout(HALF_OPEN_MS, () => to.destroy());
  });
  // What is still to be written goes out first, whatever closed the other side.
  from.once('close', () => to.destroySoon());
}

function tune(socket: Socket): void {
  socket.setNoDelay(true);
  // A device whose power went says no goodbye.
  socket.setKeepAlive(true, KEEP_ALIVE_MS);
}

/** Resolves when there is room again, or never will be. */
export function drained(stream: Writable): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      stream.off('drain', done).off('close', done);
      resolve();
    };
    stream.on('drain', done).on('close', done);
  });
}

function watchEnd({ device, backend, closed }: RelayParts) {
  let by: ConnectionEnd['by'] | null = null;
  const first = (who: ConnectionEnd['by']): void => {
    by ??= who;
  };
  let open = backend === null ? 1 : 2;
  for (const socket of backend === null ? [device] : [device, backend]) {
    socket.once('close', () => {
      open -= 1;
      // Closed without an end or an error: by ourselves.
      if (open === 0) closed(by ?? 'us');
    });
  }
  // A reset is how some devices hang up.
  const failed = (error: Error): void => first(codeOf(error) === 'ECONNRESET' ? 'device' : 'error');
  return { first, failed };
}
