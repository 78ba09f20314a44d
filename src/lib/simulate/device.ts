/**
 * The contract of a simulated device: one terminal of one dialect, seen from its own side of the wire.
 *
 * Pure: no sockets, no clock, no randomness. Whoever runs it (run.ts) calls, for ever in this order:
 * `next()` for the request to send, then `read(reply)` with its answer, or with null when none came. A device says
 * one thing at a time, as real ones do. `punch()` may be called at any time.
 *
 * A punch is acknowledged only by a reply that the real firmware would take for success; until then `next()` brings
 * the very same punches again. A device that got no reply at all starts from its greeting, as after a network loss.
 */
export interface SimulatedDevice {
  readonly sn: string;
  /** Punches in memory that no reply has acknowledged. */
  readonly unacknowledged: number;
  /** False while the device has nothing to say but a poll; the runner then waits `pollDelayMs` before `next()`. */
  readonly busy: boolean;
  /** Milliseconds of silence between polls; from the server's options where the dialect carries them. */
  readonly pollDelayMs: number;
  /** Milliseconds before what was refused or not answered is said again; absent: soon, for short tests. */
  readonly retryDelayMs?: number;
  /** Somebody stands at the terminal: the punch goes into its memory. */
  punch(punch: SimulatedPunch): void;
  next(): DeviceRequest;
  read(reply: DeviceReply | null): ReplyOutcome;
}

export interface SimulatedPunch {
  readonly deviceSn: string;
  readonly userId: string;
  /** `YYYY-MM-DD HH:MM:SS`, the device's wall clock. */
  readonly time: string;
  /** ZKTeco numbers, as in `Punch`; each dialect renders them in its own code. */
  readonly status: number;
  readonly verify: number;
}

/** One HTTP request. The runner adds `Host`, `Connection` and, with a body, `Content-Length`. */
export interface DeviceRequest {
  /** `1.0`: without `Host` and on a connection of its own; absent: 1.1. */
  readonly httpVersion?: '1.0';
  readonly purpose: 'greeting' | 'poll' | 'punches' | 'report';
  readonly method: 'GET' | 'POST';
  /** Path and query. */
  readonly target: string;
  /** Written exactly as given, in this order; a name may come twice. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Empty for none. */
  readonly body: string | Uint8Array;
  /** How many of the body's punches are on the wire (again): for the totals. */
  readonly punches: number;
}

export interface DeviceReply {
  readonly status: number;
  /** Names in lower case; over HTTP/1.0 as they were written. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Uint8Array;
}

export interface ReplyOutcome {
  /** `refused`: a reply came, but not one this firmware takes for success; the same is sent again. */
  readonly verdict: 'understood' | 'refused' | 'silent';
  /** Acknowledged for the first time; a replayed punch is not named again. */
  readonly acknowledged: readonly SimulatedPunch[];
  /** Commands that the reply handed to the device. */
  readonly commands: number;
}

/** Makes one device; each dialect's module exports one of these. */
export type CreateDevice = (settings: SimulatedDeviceSettings) => SimulatedDevice;

export interface SimulatedDeviceSettings {
  readonly sn: string;
  /** Most punches in one request; dialects that can only send one at a time disregard it. */
  readonly batch: number;
}
