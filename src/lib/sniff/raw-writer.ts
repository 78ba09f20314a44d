import { createWriteStream, type WriteStream } from 'node:fs';
import type { ForeignTraffic, SniffedConnection, SniffedExchange } from './exchange.js';
import { RawConnection, rawFileHead } from './raw-file.js';
import { drained } from './relay.js';
import { frameBody, renderRequest } from './replay-line.js';
import { renderHeaders } from './scrub-http.js';
import { scrubForeign } from './scrub-lines.js';
import type { Recorder } from './tap.js';

/** Puts the raw file on disk, as it came or scrubbed. Call order: anything, `close` once. */

export interface RawFile extends Recorder {
  /** Writes nothing more. */
  stop(): void;
  close(): Promise<void>;
}

/** So much may wait for the disk; beyond it the connections wait. */
const MAX_WAITING_BYTES = 8 * 1024 * 1024;

/** The file is made with its first connection: a port that can't be had leaves no folder that is not empty. */
export function openRawFile(file: string, failed: (error: Error) => void): RawFile {
  const out = openBlocks(file, failed);
  const connections = new Map<number, RawConnection>();
  return {
    opened(connection: SniffedConnection, localAddress) {
      const raw = new RawConnection(connection, localAddress);
      connections.set(connection.id, raw);
      out.append(raw.opened(connection.openedAtMs));
    },
    passed: (chunk, at) => out.append(connections.get(at.connection.id)?.passed(chunk, at) ?? []),
    closed(connection, atMs) {
      out.append(connections.get(connection.id)?.closed(atMs) ?? []);
      connections.delete(connection.id);
    },
    whenReady: out.whenReady,
    stop: out.stop,
    close: out.close,
  };
}

/** What is left of traffic when it is scrubbed, as packets. */
export interface ScrubbedRawFile extends Pick<RawFile, 'stop' | 'close'> {
  /** Of an exchange that is scrubbed already; rejects never, waits for the disk. */
  exchange(exchange: SniffedExchange): Promise<void>;
  /** Scrubbed as well. */
  foreign(traffic: ForeignTraffic): void;
}

/** Documentation addresses (RFC 5737): whose they were is in timing.json. */
const DEVICE_ADDRESS = '192.0.2.1';
const OUR_ADDRESS = '192.0.2.254';
const FIRST_PORT = 10_000;
const MAX_CONNECTIONS = 50_000;
/** Times would make two captures of the same traffic differ: packets follow one another by a millisecond. */
const START_MS = Date.UTC(2000, 0, 1);

export function openScrubbedRawFile(file: string, failed: (error: Error) => void): ScrubbedRawFile {
  const out = openBlocks(file, failed);
  const connections = new Map<number, RawConnection>();
  let packets = 0;
  let opened = 0;
  const tick = (): number => {
    packets += 1;
    return START_MS + packets;
  };
  const closeOne = (id: number): void => {
    out.append(connections.get(id)?.closed(tick()) ?? []);
    connections.delete(id);
  };
  const connectionOf = ({ id, port }: SniffedConnection): RawConnection => {
    const known = connections.get(id);
    if (known !== undefined) return known;
    const oldest = connections.keys().next().value;
    if (connections.size >= MAX_CONNECTIONS && oldest !== undefined) closeOne(oldest);
    const remotePort = FIRST_PORT + (opened % MAX_CONNECTIONS);
    opened += 1;
    const told = { id, port, remoteAddress: DEVICE_ADDRESS, remotePort, openedAtMs: 0 };
    const raw = new RawConnection(told, OUR_ADDRESS);
    connections.set(id, raw);
    out.append(raw.opened(tick()));
    return raw;
  };
  const pass = (connection: SniffedConnection, bytes: Buffer, fromDevice: boolean): void => {
    out.append(connectionOf(connection).passed(bytes, { fromDevice, atMs: tick() }));
  };
  return {
    async exchange({ connection, request, reply }) {
      pass(connection, renderRequest(request), true);
      if (reply !== null) {
        const { httpVersion, status, reason, rawHeaders, body } = reply;
        const head = `HTTP/${httpVersion} ${status} ${reason}\r\n${renderHeaders(rawHeaders)}\r\n`;
        pass(connection, Buffer.concat([Buffer.from(head, 'latin1'), frameBody(rawHeaders, body)]), false);
      }
      await out.whenReady();
    },
    foreign: (traffic) => pass(traffic.connection, scrubForeign(traffic), true),
    stop: out.stop,
    close() {
      for (const id of [...connections.keys()]) closeOne(id);
      return out.close();
    },
  };
}

interface Blocks extends Pick<RawFile, 'stop' | 'close' | 'whenReady'> {
  append(blocks: readonly Buffer[]): void;
}

function openBlocks(file: string, failed: (error: Error) => void): Blocks {
  let stream: WriteStream | null = null;
  let isStopped = false;
  let ready: Promise<void> | null = null;
  const open = (): WriteStream => {
    const opened = createWriteStream(file).on('error', failed);
    opened.write(rawFileHead());
    return opened;
  };
  return {
    append(blocks) {
      if (isStopped || blocks.length === 0) return;
      stream ??= open();
      stream.cork();
      for (const block of blocks) stream.write(block);
      stream.uncork();
    },
    whenReady() {
      if (stream === null || isStopped || stream.writableLength <= MAX_WAITING_BYTES) return null;
      // One promise for all that wait: there may be hundreds of connections.
      ready ??= drained(stream).then(() => {
        ready = null;
      });
      return ready;
    },
    stop() {
      isStopped = true;
      stream?.destroy();
    },
    async close() {
      if (stream === null || stream.closed) return;
      const ending = stream;
      const closed = new Promise<void>((done) => ending.once('close', () => done()));
      if (!isStopped) ending.end();
      await closed;
    },
  };
}
