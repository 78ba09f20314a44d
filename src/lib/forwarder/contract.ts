import type { Journal } from '../journal/journal.js';
import type { Log } from '../log.js';
import type { Sink, SinkFault } from '../sinks/sink.js';
import type { Clock } from './clock.js';

/** The contract of the forwarder; its states are drawn in ../forwarder.ts. */
export interface Forwarder {
  /** Runs until `stop()`; resolves then. Rejects only on a bug, which should fail the process. */
  start(): Promise<void>;
  /** Ends `start()` or `drain()` within five seconds; what is in flight by then is given up and stays waiting. */
  stop(): Promise<void>;
  /** Something was appended: look at once instead of at the next second. */
  notify(): void;
  /** Delivers until nothing waits, the sink is unreachable or the time is up. Beside `start()` it only watches. */
  drain(options: { readonly timeoutMs: number }): Promise<DrainResult>;
  state(): ForwarderState;
}

export interface ForwarderParts {
  readonly journal: Pick<Journal, 'take' | 'newestKey' | 'settle' | 'totals' | 'prune' | 'addNotice'>;
  readonly sink: Sink;
  readonly lock: ForwarderLock;
  readonly clock: Clock;
  /** 0 up to but not including 1. */
  readonly random: () => number;
  readonly log: Log;
  readonly settings: ForwarderSettings;
}

/** One forwarder at a time among all processes; held until released or until the process ends. */
export interface ForwarderLock {
  /** True when it is ours; only asked for while it is not. */
  tryAcquire(): boolean;
  release(): void;
}

export interface ForwarderSettings {
  /** Most rows in one batch. */
  readonly batchRows: number;
  /** Days that delivered punches stay in the journal; 0 is for ever. */
  readonly keepDays: number;
}

export type ForwarderPhase =
  | 'stopped'
  | 'waiting-for-lock'
  | 'probing'
  | 'forwarding'
  | 'idle'
  | 'backing-off'
  | 'blocked-by-fault';

/** As `hip status` shows it; all times ISO UTC. */
export interface ForwarderState {
  readonly state: ForwarderPhase;
  readonly since: string;
  readonly lastDeliveryAt: string | null;
  readonly deliveredSinceStart: number;
  /** New rows among the delivered; the rest stood in the target already. */
  readonly insertedSinceStart: number;
  readonly nextTryAt: string | null;
  readonly error: { readonly code: string; readonly message: string; readonly remedy: string } | null;
}

export interface DrainResult {
  /** `kept`: the sink answers, but takes some punches neither in nor refuses them. */
  readonly outcome: 'drained' | 'kept' | 'unreachable' | 'timed-out';
  /** Since the call, also what another forwarder delivered meanwhile. */
  readonly delivered: number;
  readonly rejected: number;
  readonly waiting: number;
  readonly fault: SinkFault | null;
}
