import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { HipError } from '../errors.js';

/** What answers the devices behind the tap. */
export interface Backend {
  /** As the begin of a sentence. */
  readonly name: string;
  /** A new connection; errors come as its events. */
  connect(): Socket;
}

export interface ForwardTarget {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
}

/** @throws {HipError} HIP_USAGE when it is not `http://host[:port]` or `https://host[:port]` */
export function parseForward(text: string): ForwardTarget {
  const url = URL.canParse(text) ? new URL(text) : null;
  const tls = url?.protocol === 'https:';
  if (url === null || url.hostname === '' || !(tls || url.protocol === 'http:')) {
    throw wrongTarget(`${text} is no address to forward to.`);
  }
  // Requests go on as they are: nothing could put a path in front of theirs.
  if (url.pathname !== '/' || url.search !== '') throw wrongTarget(`${text} names a path.`);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return { host, port: url.port === '' ? (tls ? 443 : 80) : Number(url.port), tls };
}

function wrongTarget(message: string): HipError {
  return new HipError('HIP_USAGE', message, {
    suggestions: ['Write it as http://192.168.1.10:8080, with the port that the devices called before'],
  });
}

export function createBackend({ host, port, tls }: ForwardTarget): Backend {
  return {
    name: `${tls ? 'https' : 'http'}://${host}:${port}`,
    connect() {
      const options = { host, port, allowHalfOpen: true };
      return tls ? connectTls({ ...options, servername: host }) : connect(options);
    },
  };
}
