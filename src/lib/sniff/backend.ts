import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { codeOf, HipError } from '../errors.js';

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
  /** True takes whatever certificate the other side shows; nothing then proves who it is. */
  readonly anyCertificate?: boolean;
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

/** Codes of Node and OpenSSL for a certificate that does not prove who the other side is. */
const CERTIFICATE_FAULTS: ReadonlySet<string> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

/** The other side is there, and `anyCertificate` would reach it. */
export function isCertificateFault(error: unknown): boolean {
  return CERTIFICATE_FAULTS.has(codeOf(error));
}

function wrongTarget(message: string): HipError {
  return new HipError('HIP_USAGE', message, {
    suggestions: ['Write it as http://192.168.1.10:8080, with the port that the devices called before'],
  });
}

export function createBackend({ host, port, tls, anyCertificate = false }: ForwardTarget): Backend {
  return {
    name: `${tls ? 'https' : 'http'}://${host}:${port}`,
    connect() {
      const options = { host, port, allowHalfOpen: true };
      if (!tls) return connect(options);
      // The extension that names the server takes no addresses (RFC 6066, 3).
      const servername = isIP(host) === 0 ? host : '';
      return connectTls({ ...options, servername, rejectUnauthorized: !anyCertificate });
    },
  };
}
