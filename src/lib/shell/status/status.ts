import { parseOffset } from '../../clock-guard/words.js';
import type { Forwarder, ForwarderState } from '../../forwarder.js';
import type { DeviceRecord, Journal, JournalNotice, JournalTotals } from '../../journal/journal.js';
import type { Listener, ListenerState } from '../../listener/listener.js';
import type { Sink } from '../../sinks/sink.js';
import type { SourceReport } from '../../sync/report.js';
import type { PcClock } from '../serve/pc-clock.js';

/** What `hip status --json` prints and the loopback endpoint answers; keys are a contract (README, "Commands"). */
export interface StatusReport {
  readonly version: string;
  /** Whether `hip serve` runs on this journal; when not, or when it can't be asked, listener and forwarder are null. */
  readonly running: boolean;
  /** Another `hip serve` listens on the same journal, of which nothing is told here; one is enough. */
  readonly otherServe: boolean;
  /** ISO UTC; null when not running, or when it can't be asked. */
  readonly startedAt: string | null;
  readonly journal: JournalStatus;
  readonly sink: SinkStatus;
  readonly devices: readonly DeviceRecord[];
  readonly forwarder: ForwarderState | null;
  readonly listener: ListenerState | null;
  readonly clock: ClockStatus;
  readonly sync: { readonly sources: readonly SourceReport[] };
  /** Things every surface shows until dismissed. */
  readonly notices: readonly JournalNotice[];
}

export interface JournalStatus extends JournalTotals {
  readonly path: string;
  /** Why it can't store at present (`the disk is full`); null when it can. */
  readonly error: string | null;
}

export interface SinkStatus {
  readonly configured: boolean;
  readonly target: string | null;
  /** Null when nobody has tried yet. */
  readonly reachable: boolean | null;
  /** What is wrong and what to do; null when nothing is. */
  readonly error: string | null;
}

export interface ClockStatus {
  /** The database server's clock less this PC's; null when it is not known. */
  readonly serverAheadSeconds: number | null;
  /** Devices whose clock is off by more than `clock.warnSeconds`, as last proven. */
  readonly wrong: readonly {
    readonly sn: string;
    readonly name: string | null;
    readonly offsetSeconds: number;
  }[];
}

export interface StatusParts {
  readonly version: string;
  readonly journal: Journal;
  readonly sink: Pick<Sink, 'target'> | null;
  /** `clock.warnSeconds` */
  readonly warnSeconds: number;
  /** Folders and databases of `hip sync`, as its last run knew them. */
  readonly sources: readonly SourceReport[];
  /** The rest is there only inside a running `hip serve`. */
  readonly startedAt?: string;
  readonly forwarder?: Forwarder | null;
  readonly listener?: Listener;
  /** False while another `hip serve` listens on this journal. */
  readonly isAlone?: boolean;
  readonly pcClock?: Pick<PcClock, 'serverAheadSeconds'>;
}

export function reportStatus(parts: StatusParts): StatusReport {
  const { journal, sink } = parts;
  const forwarder = parts.forwarder?.state() ?? null;
  const listener = parts.listener?.state() ?? null;
  const outage = listener?.journalOutage ?? null;
  const devices = journal.devices();
  return {
    version: parts.version,
    running: parts.startedAt !== undefined,
    otherServe: parts.isAlone === false,
    startedAt: parts.startedAt ?? null,
    journal: {
      ...journal.totals(),
      path: journal.path,
      error: outage !== null && outage.endedAt === null ? outage.message : null,
    },
    sink: {
      configured: sink !== null,
      target: sink?.target ?? null,
      reachable: forwarder ? isReachable(forwarder) : null,
      error: forwarder?.error ? sayFault(forwarder.error) : null,
    },
    devices,
    forwarder,
    listener,
    clock: {
      serverAheadSeconds: parts.pcClock?.serverAheadSeconds ?? null,
      wrong: devices.flatMap((device) => wrongClock(device, parts.warnSeconds)),
    },
    sync: { sources: parts.sources },
    notices: journal.notices(),
  };
}

function wrongClock({ sn, name, facts }: DeviceRecord, warnSeconds: number): ClockStatus['wrong'] {
  const offsetSeconds = parseOffset(facts.clockOffsetSeconds);
  return offsetSeconds !== null && Math.abs(offsetSeconds) > warnSeconds ? [{ sn, name, offsetSeconds }] : [];
}

/** What is wrong, and what to do, as two sentences. */
export function sayFault({ message, remedy }: { readonly message: string; readonly remedy: string }): string {
  return `${sentence(message)} ${sentence(remedy)}`;
}

/** A semicolon ends SQL that is to be copied as it stands. */
function sentence(text: string): string {
  return /[.!?;]$/.test(text) ? text : `${text}.`;
}

/** Faults of a server that did answer: the line is up, a person must act. */
const ANSWERED = new Set(['HIP_DB_RIGHTS', 'HIP_DB_SCHEMA', 'HIP_DB_TABLE_MISSING', 'HIP_DB_TABLE_UNSAFE']);

function isReachable({ state, error }: ForwarderState): boolean | null {
  if (error) return ANSWERED.has(error.code);
  return state === 'forwarding' || state === 'idle' ? true : null;
}
