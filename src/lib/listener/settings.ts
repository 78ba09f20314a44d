import type { DialectSettings } from '../dialects/dialect.js';
import type { TlsSettings } from './secure-door.js';

/** What the listener is told. Defaults and limits of the keys stand in the configuration's schema; reasons here. */
export interface ListenerSettings {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** Segment in front of `/iclock`, for devices whose menu takes a path. */
  readonly pathPrefix: string;
  /** True when requests without it are nobody's; else they are served as well. */
  readonly requirePathPrefix: boolean;
  /** Addresses and CIDR ranges that may connect; none means all. */
  readonly allowFrom: readonly string[];
  readonly tls: TlsSettings | null;
  /** Zone told to devices: IANA name, `+07:00`, or null for this PC's. */
  readonly timeZone: string | null;
  /** True when punches of devices that no person approved are held back from the sink. */
  readonly holdUnapproved: boolean;
  readonly maxBodyBytes: number;
  readonly maxHeaderBytes: number;
  readonly headerTimeoutMs: number;
  readonly bodyTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly maxSockets: number;
  /** 0 is no limit. */
  readonly maxSocketsPerAddress: number;
  /** A minute; 0 is no limit. Beyond it the answer is the dialect's "try again". */
  readonly maxRequestsPerAddress: number;
  readonly maxRequestsPerDevice: number;
  readonly dialects: DialectSettings;
}

export const LISTENER_DEFAULTS = {
  host: '0.0.0.0',
  port: 9090,
  pathPrefix: '',
  requirePathPrefix: false,
  allowFrom: [],
  tls: null,
  timeZone: null,
  holdUnapproved: false,
  /**
   * Devices name 1 MiB as their largest post, photo and template bodies run to hundreds of kB, and a whole FK log
   * comes to 9.6 MB (adms.md section 3, fkweb.md 1.5): 16 MiB leaves room without letting one sender take the memory.
   */
  maxBodyBytes: 16 * 1024 * 1024,
  /** The longest head seen from a device is under 1 KiB; INFO in a query may double it. Node's own limit. */
  maxHeaderBytes: 16 * 1024,
  /** A head is one or two packets; a terminal on bad Wi-Fi retransmits for some seconds. */
  headerTimeoutMs: 20_000,
  /** 16 MiB over a 1 Mbit/s line takes 134 s, real bodies (1 MiB) 8 s. */
  bodyTimeoutMs: 120_000,
  /** Longer than the slowest usual poll (60 s), so that a kept connection is not closed under a device's next poll. */
  idleTimeoutMs: 75_000,
  /** Room for 10,000 devices that each keep a connection; about 10 KiB of memory each. */
  maxSockets: 12_000,
  /** Off: whole sites come through one router's address. */
  maxSocketsPerAddress: 0,
  /** Off for the same reason, and since a terminal that has been away for a month is to deliver as fast as it can. */
  maxRequestsPerAddress: 0,
  maxRequestsPerDevice: 0,
} as const;

/**
 * How long a body of unknown length may pause before its end is no longer awaited. Devices that send neither
 * Content-Length nor chunks are not known; this only keeps their punches from being lost silently.
 */
export const LENGTHLESS_QUIET_MS = 1_000;
