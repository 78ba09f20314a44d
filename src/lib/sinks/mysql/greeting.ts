import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls, type PeerCertificate, type TLSSocket } from 'node:tls';
import { tlsOptions } from './connection.js';
import type { MysqlSettings } from './settings.js';

/**
 * The first two steps of a MySQL connection by hand, for the chain check: mysql2 tells neither how long TLS took nor
 * whose certificate was refused. The connection is given up before the login.
 */
export interface Greeting {
  readonly address: string;
  readonly connectMs: number;
  /** Null when what answers does not speak MySQL's protocol. */
  readonly version: string | null;
  /** The server's refusal to talk to this PC at all. */
  readonly refusal: string | null;
  readonly offersTls: boolean;
  /** Null when TLS was not wanted or not offered. */
  readonly tls: TlsOutcome | null;
}

export interface TlsOutcome {
  readonly ms: number;
  /** `TLSv1.3`; null when it failed. */
  readonly protocol: string | null;
  readonly certificate: {
    readonly subject: string;
    readonly issuer: string;
    readonly validTo: string;
  } | null;
  /** Node's code and words; null when all is well. */
  readonly error: { readonly code: string; readonly message: string } | null;
}

/** Capability flags of the protocol (client/server protocol, "Capabilities Flags"). */
const CLIENT_PROTOCOL_41 = 0x200;
const CLIENT_SSL = 0x800;
const CLIENT_SECURE_CONNECTION = 0x8000;
const UTF8MB4_BIN = 46;
const MAX_PACKET = 0x1000000;
const ERROR_PACKET = 0xff;
const PROTOCOL_10 = 10;

/** @throws errors of Node when nothing answers in time */
export async function greet(settings: MysqlSettings): Promise<Greeting> {
  const startedAt = performance.now();
  const socket = connect({ host: settings.host, port: settings.port, noDelay: true });
  socket.setTimeout(settings.connectTimeoutMs, () => {
    socket.destroy(Object.assign(new Error('no answer in time'), { code: 'ETIMEDOUT' }));
  });
  // Errors are told by `once`; one that comes while nobody waits shows as a closed socket to who waits next.
  socket.on('error', () => undefined);
  try {
    await once(socket, 'connect');
    const connectMs = performance.now() - startedAt;
    const address = `${socket.remoteAddress ?? settings.host}:${settings.port}`;
    const hello = readHello(await readPacket(socket));
    const wanted = tlsOptions(settings);
    const tls = wanted && hello.offersTls ? await upgrade(socket, settings, wanted) : null;
    return { address, connectMs, ...hello, tls };
  } finally {
    socket.destroy();
  }
}

function readHello(packet: Buffer): Pick<Greeting, 'version' | 'refusal' | 'offersTls'> {
  if (packet[0] === ERROR_PACKET)
    return { version: null, refusal: packet.subarray(3).toString('utf8'), offersTls: false };
  if (packet[0] !== PROTOCOL_10) return { version: null, refusal: null, offersTls: false };
  const end = packet.indexOf(0, 1);
  // Version, NUL, thread id (4), scramble (8), filler (1), then the lower capability flags.
  const flagsAt = end + 1 + 4 + 8 + 1;
  if (end < 0 || packet.length < flagsAt + 2) return { version: null, refusal: null, offersTls: false };
  const offersTls = (packet.readUInt16LE(flagsAt) & CLIENT_SSL) !== 0;
  return { version: packet.toString('latin1', 1, end), refusal: null, offersTls };
}

async function upgrade(
  socket: Socket,
  settings: MysqlSettings,
  options: { rejectUnauthorized: boolean; minVersion: 'TLSv1.2'; ca?: string },
): Promise<TlsOutcome> {
  const startedAt = performance.now();
  socket.write(sslRequest());
  // Node verifies without refusing, so that the certificate can be shown; `authorizationError` has the verdict.
  const servername = isIP(settings.host) ? {} : { servername: settings.host };
  const secure = connectTls({
    ...options,
    ...servername,
    socket,
    host: settings.host,
    rejectUnauthorized: false,
  });
  secure.on('error', () => undefined);
  try {
    await once(secure, 'secureConnect');
  } catch (error) {
    const { code = 'ERR_SSL', message } = error as { code?: string; message: string };
    return {
      ms: performance.now() - startedAt,
      protocol: null,
      certificate: null,
      error: { code, message },
    };
  }
  return {
    ms: performance.now() - startedAt,
    protocol: secure.getProtocol(),
    certificate: describeCertificate(secure.getPeerCertificate()),
    error: options.rejectUnauthorized ? verdictOn(secure) : null,
  };
}

function verdictOn(secure: TLSSocket): TlsOutcome['error'] {
  if (secure.authorized) return null;
  // Typed as an Error, but for the chain it is the bare code of OpenSSL.
  const reason = secure.authorizationError as Error | string | undefined;
  if (typeof reason === 'string') return { code: reason, message: reason };
  const code = (reason as { code?: string } | undefined)?.code ?? 'ERR_TLS';
  return { code, message: reason?.message ?? 'not trusted' };
}

function describeCertificate(certificate: PeerCertificate): TlsOutcome['certificate'] {
  if (!certificate.valid_to) return null;
  const name = (parts: PeerCertificate['subject']) => String(parts?.CN ?? parts?.O ?? 'unnamed');
  return {
    subject: name(certificate.subject),
    issuer: name(certificate.issuer),
    validTo: certificate.valid_to,
  };
}

function sslRequest(): Buffer {
  const packet = Buffer.alloc(4 + 32);
  packet.writeUIntLE(32, 0, 3);
  packet[3] = 1;
  packet.writeUInt32LE(CLIENT_PROTOCOL_41 | CLIENT_SSL | CLIENT_SECURE_CONNECTION, 4);
  packet.writeUInt32LE(MAX_PACKET, 8);
  packet[12] = UTF8MB4_BIN;
  return packet;
}

/** The first packet's content. What is no packet ends with the line or the socket's timeout. */
async function readPacket(socket: Socket): Promise<Buffer> {
  let received = Buffer.alloc(0);
  while (received.length < 4 || received.length < 4 + received.readUIntLE(0, 3)) {
    const [chunk] = await once(socket, 'data');
    received = Buffer.concat([received, chunk as Buffer]);
    // The greeting is about 100 bytes; another protocol's first bytes would be taken for a huge length.
    if (received.length >= 4 && received.readUIntLE(0, 3) > 4096) return received.subarray(0, 0);
  }
  return received.subarray(4);
}

/** Like `events.once`, but an end before the event is an error too. */
function once(socket: Socket, event: string): Promise<unknown[]> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void) => {
      socket.off(event, happened).off('error', failed).off('close', closed);
      act();
    };
    const happened = (...values: unknown[]) => settle(() => resolve(values));
    const failed = (error: Error) => settle(() => reject(error));
    const closed = () => failed(Object.assign(new Error('it hung up'), { code: 'PROTOCOL_CONNECTION_LOST' }));
    if (socket.destroyed) closed();
    else socket.once(event, happened).once('error', failed).once('close', closed);
  });
}
