import type { Socket } from 'node:net';
import { createServer, type Server, type TlsOptions } from 'node:tls';
import { codeOf, HipError, messageOf } from '../errors.js';
import type { Log } from '../log.js';
import { type Address, bind } from './bind.js';
import type { Doorkeeper } from './doorkeeper.js';

export interface TlsSettings {
  /** 0 takes any free port. */
  readonly port: number;
  /** PEM, with the chain where there is one. */
  readonly cert: string;
  readonly key: string;
}

export interface SecureDoorParts {
  readonly tls: TlsSettings;
  readonly host: string;
  readonly log: Log;
  readonly maxSockets: number;
  readonly handshakeTimeoutMs: number;
  /** Asked before the handshake: it costs more than all that follows it. */
  readonly doorkeeper: Doorkeeper;
  /** Takes a connection whose handshake is done; from here on it is like any other. */
  readonly admit: (socket: Socket) => void;
  /** A client that could not agree on TLS: plain HTTP on this port, or versions only from before 1.2. */
  readonly onFailure: (remoteAddress: string | undefined) => void;
}

/** Call order: `start` once, `stop` once; what was admitted lives on. */
export interface SecureDoor {
  /** @throws {HipError} as `bind` */
  start(): Promise<Address>;
  stop(): void;
}

/**
 * A second port for devices that are set to HTTPS. Beside the plain one, not instead of it: most terminals speak no
 * TLS at all (adms.md section 3), and whether those that do check the certificate is not known.
 * @throws {HipError} HIP_CONFIG_INVALID when certificate and key can't be used together
 */
export function createSecureDoor(parts: SecureDoorParts): SecureDoor {
  const { tls, host, log, maxSockets, handshakeTimeoutMs, doorkeeper, admit, onFailure } = parts;
  const server = createTlsServer({ cert: tls.cert, key: tls.key, handshakeTimeout: handshakeTimeoutMs });
  server.maxConnections = maxSockets;
  const [shakeHands] = server.listeners('connection') as [(socket: Socket) => void];
  server.removeAllListeners('connection');
  server.on('connection', (socket: Socket) => {
    if (doorkeeper(socket)) shakeHands.call(server, socket);
  });
  server.on('secureConnection', admit);
  server.on('tlsClientError', (_error, socket) => {
    onFailure(socket.remoteAddress);
    socket.destroy();
  });
  return {
    async start() {
      const address = await bind(server, { host, port: tls.port });
      server.on('error', (error) => log.error({ code: codeOf(error) }, `TLS port: ${messageOf(error)}`));
      return address;
    },
    stop: () => void server.close(),
  };
}

function createTlsServer(options: TlsOptions): Server {
  try {
    return createServer(options);
  } catch (error) {
    throw new HipError(
      'HIP_CONFIG_INVALID',
      `The certificate for HTTPS can't be used: ${messageOf(error)}.`,
      {
        suggestions: ['serve.tlsCert and serve.tlsKey must be PEM files that belong together'],
        cause: error,
      },
    );
  }
}
