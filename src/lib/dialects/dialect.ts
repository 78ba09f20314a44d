import type { Punch } from '../punch.js';

/**
 * The contract of a dialect: bytes a device sent, to what they mean and both possible replies.
 *
 * Call order: `claims(request)`, and if true `read(request, context)` once, at once. Both are synchronous and
 * pure: no I/O, no clock but `context.receivedAt`, no config but `context.settings`. A dialect never learns what
 * happened next. State that spans requests (FKWeb blocks) lives in the closure of its `create…Dialect()` and is
 * bounded. Bad input is a value (`unread`), not an exception; a throw is a bug that the listener survives by
 * putting the body into quarantine.
 */
export interface Dialect {
  readonly name: DialectName;
  claims(request: WireRequest): boolean;
  read(request: WireRequest, context: DialectContext): Reading;
}

export type DialectName = 'adms' | 'adms-security' | 'fkweb' | 'plain';

/** One complete HTTP request as it came in; made by `createWireRequest` (request.ts). */
export interface WireRequest {
  /** Upper case. */
  readonly method: string;
  /** The request target exactly as sent. */
  readonly target: string;
  /** Decoded path: no scheme and host, no query, single slashes, no trailing slash, the configured prefix removed. */
  readonly path: string;
  /** Percent-decoded; names in lower case; the first of a repeated name wins. `+` stays `+`. */
  readonly query: ReadonlyMap<string, string>;
  /** Names in lower case; the first of a repeated name wins. */
  readonly headers: ReadonlyMap<string, string>;
  readonly httpVersion: string;
  /** Complete body, de-chunked; empty when there is none. */
  readonly body: Uint8Array;
  /** For counting and showing only: never an identity. */
  readonly remoteAddress: string;
}

export interface DialectContext {
  readonly receivedAt: Date;
  /** This PC's wall clock in the configured zone, `YYYY-MM-DD HH:MM:SS`. */
  readonly wallNow: string;
  /** Minutes east of UTC of the configured zone at `receivedAt` (UTC+7 is 420). */
  readonly utcOffsetMinutes: number;
  readonly settings: DialectSettings;
  /** What the journal holds of a device; undefined when it was never seen. */
  device(sn: string): DeviceState | undefined;
  /** Commands waiting for this device, oldest first, bounded. */
  pendingCommands(sn: string): readonly PendingCommand[];
  /**
   * False while no device's clock may be set (`clock.autoSet` off, or this PC's own clock is in doubt); absent is
   * true. Read only where a device's clock has fallen back to its factory date.
   */
  readonly maySetClocks?: boolean;
}

export interface DialectSettings {
  /** Default device name of the plain dialect (`serve.plainDeviceSn`). */
  readonly plainDeviceSn: string;
  /** Per device: the device's own status word or key to our status number (`devices.<sn>.statusMap`). */
  readonly statusMaps: ReadonlyMap<string, ReadonlyMap<string, number>>;
  /** Per device: how FK firmware wants to be answered (`devices.<sn>.fkReply`); `header` when not named. */
  readonly fkReplies: ReadonlyMap<string, 'header' | '204' | 'body'>;
}

/**
 * Stamp of hip's own beside those of the tables: when this journal asked the device for everything it holds (ISO
 * UTC). Like the others it is gone in a new or restored journal, which then asks.
 */
export const ASKED_FOR_ALL = 'ASKEDFORALL';

export interface DeviceState {
  /** Upload stamp per table (`ATTLOG`, `OPERLOG`, `ATTPHOTO`, …), as text, as the device last sent it. */
  readonly stamps: Readonly<Record<string, string>>;
  /** Facts from earlier readings, e.g. `registryCode`, `firmware`. */
  readonly facts: Readonly<Record<string, string>>;
}

export interface PendingCommand {
  /** Decimal integer as text; goes over the wire. */
  readonly id: string;
  /** What is to be done (`info`, `reboot`, …) or `raw`; the fkweb dialect renders from verb and params. */
  readonly verb: string;
  /** Parameters as JSON (`{"from":…,"to":…}`), '' for none; for `raw` the words of the device's own family. */
  readonly text: string;
}

export interface Reading {
  /** Null when the road has no serial number, or the request names none. */
  readonly deviceSn: string | null;
  readonly punches: readonly Punch[];
  /** Claimed but unreadable: goes to quarantine with its reason. */
  readonly unread: readonly Fragment[];
  /** Input units handled: always `punches + unread + skipped`. */
  readonly lines: number;
  /** Known non-punch units (user lines, door events, titles): counted, not kept. */
  readonly skipped: number;
  /** Templates, photos, passwords and unknown OPERLOG tags: only what it was and how big. */
  readonly dropped: readonly Dropped[];
  /** Facts for the device registry; keys are ours (`firmware`, `model`, `ip`, `mac`, `registryCode`, …). */
  readonly facts: Readonly<Record<string, string>>;
  /** Stamps to store in the same transaction as the punches they stand for. */
  readonly stamps: Readonly<Record<string, string>>;
  readonly commandResults: readonly CommandResult[];
  /** What the request tells of the device's clock; absent where it tells nothing. */
  readonly clock?: ClockReading;
  /** Users that the device lists, `id<TAB>name` each: kept only with an open command that asked for them. */
  readonly users?: readonly string[];
  /** Ids of the commands that `stored` hands to the device. */
  readonly commandsSent: readonly string[];
  /** The answer when everything above is on disk. */
  readonly stored: Reply;
  /** The answer when it could not be put on disk: the dialect's "try again". */
  readonly notStored: Reply;
}

export interface ClockReading {
  /** `YYYY-MM-DD HH:MM:SS`, the device's wall clock. */
  readonly time: string;
  /**
   * `told`: read from the clock when the request was made. `event`: when something happened that devices report at
   * once, which after an outage or in a re-send is long ago.
   */
  readonly kind: 'told' | 'event';
}

export interface Fragment {
  /** Short, for people: `time is not a date`. Equal input gives equal reason. */
  readonly reason: string;
  /** The bytes that could not be read, at most 64 KiB of them. */
  readonly bytes: Uint8Array;
}

export interface Dropped {
  /** For example `fingerprint template`, `photo`, `OPERLOG tag NEWKIND`. */
  readonly kind: string;
  readonly count: number;
  readonly bytes: number;
}

export interface CommandResult {
  readonly id: string;
  /** 0 is success; the device's own number or word otherwise. */
  readonly returnCode: number | string;
  /** The verb as the device repeated it, or ''. */
  readonly command: string;
  /** What the command brought (INFO lines, user list), without secrets; null when nothing. */
  readonly detail: string | null;
}

/** An HTTP answer. The listener adds `Date`, `Content-Length` and `Connection`, unless named here. */
export interface Reply {
  readonly status: number;
  /** Written exactly as given, in this order. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array | string;
}

const TEXT_HEADERS = [
  ['Content-Type', 'text/plain'],
  ['Pragma', 'no-cache'],
  ['Cache-Control', 'no-store'],
] as const;

/** The plain-text answer that ZKTeco's own server gives (SPEC-ATT, VENDOR-DJ). */
export function textReply(status: number, body: string): Reply {
  return { status, headers: TEXT_HEADERS, body };
}

/** A reading that stores nothing: start from it and override what the request brought. */
export function emptyReading(stored: Reply, notStored: Reply = stored): Reading {
  return {
    deviceSn: null,
    punches: [],
    unread: [],
    lines: 0,
    skipped: 0,
    dropped: [],
    facts: {},
    stamps: {},
    commandResults: [],
    commandsSent: [],
    stored,
    notStored,
  };
}
