import { parseOffset, renderOffset } from '../../clock-guard/words.js';
import type { Forwarder, ForwarderState } from '../../forwarder.js';
import type { DeviceRecord, Journal, JournalNotice, JournalTotals } from '../../journal/journal.js';
import type { Listener, ListenerState } from '../../listener/listener.js';
import type { Sink } from '../../sinks/sink.js';
import type { SourceReport } from '../../sync/report.js';
import { localTime } from '../lists/device-list.js';
import { type PcClock, SERVER_TOLERANCE_SECONDS } from '../serve/pc-clock.js';
import { renderSource } from '../sync/sync-status.js';

/** What `hip status --json` prints and the loopback endpoint answers; keys are a contract (README, "Commands"). */
export interface StatusReport {
  readonly version: string;
  /** Whether `hip serve` runs on this journal; when not, listener and forwarder are null. */
  readonly running: boolean;
  /** ISO UTC; null when not running. */
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
  return `${message.replace(/[.!?]?$/, '.')} ${remedy.replace(/[.!?]?$/, '.')}`;
}

/** Faults of a server that did answer: the line is up, a person must act. */
const ANSWERED = new Set(['HIP_DB_RIGHTS', 'HIP_DB_SCHEMA', 'HIP_DB_TABLE_MISSING', 'HIP_DB_TABLE_UNSAFE']);

function isReachable({ state, error }: ForwarderState): boolean | null {
  if (error) return ANSWERED.has(error.code);
  return state === 'forwarding' || state === 'idle' ? true : null;
}

/** For a terminal of 80 columns. */
export function renderStatus(report: StatusReport): string {
  return [
    ...report.notices.map((notice) => `! ${notice.message}`),
    line(
      'hip',
      `${report.version}, ${report.running ? `serving since ${localTime(report.startedAt)}` : 'serve is not running'}`,
    ),
    ...renderListener(report.listener),
    ...renderJournal(report.journal),
    ...renderSink(report),
    ...report.sync.sources.map((source) => line(source.stale ? '!' : 'files', renderSource(source))),
    line('devices', renderDeviceCount(report.devices)),
    ...renderClocks(report.clock),
  ].join('\n');
}

function renderListener(listener: ListenerState | null): string[] {
  if (!listener) return [];
  const odd = [
    listener.refusedNotStored > 0 ? `${listener.refusedNotStored} told to try again` : '',
    listener.nonHttp > 0 ? `${listener.nonHttp} connections that spoke no HTTP` : '',
    listener.silentSockets > 0 ? `${listener.silentSockets} that said nothing` : '',
    listener.unclaimed > 0 ? `${listener.unclaimed} requests that no dialect knows` : '',
  ].filter(Boolean);
  return [
    line(
      'listener',
      `port ${listener.listening?.port ?? '-'}, ${listener.requests} requests, ${listener.openSockets} connections open`,
    ),
    ...odd.map((text) => line('', text)),
  ];
}

function renderJournal(journal: JournalStatus): string[] {
  const rows = [
    line('journal', journal.path),
    line('', `${journal.waiting} waiting, ${journal.delivered} delivered, ${journal.duplicates} came again`),
  ];
  if (journal.held > 0)
    rows.push(line('', `${journal.held} held until their device is approved (hip devices)`));
  if (journal.rejected > 0)
    rows.push(line('', `${journal.rejected} rejected (hip punches --state rejected)`));
  if (journal.quarantined > 0)
    rows.push(line('', `${journal.quarantined} in quarantine (hip quarantine list)`));
  if (journal.lastPunchAt) rows.push(line('last punch', localTime(journal.lastPunchAt) ?? ''));
  if (journal.error) rows.push(line('!', `NOT STORING: ${journal.error}`));
  return rows;
}

function renderSink(report: StatusReport): string[] {
  const { sink, journal } = report;
  if (!sink.configured) return [line('database', 'none configured; punches wait in the journal')];
  const state = sink.reachable === null ? 'not tried yet' : sink.reachable ? 'reachable' : 'NOT REACHABLE';
  const rows = [line('database', `${sink.target}, ${state}`)];
  if (sink.error) rows.push(line('', sink.error));
  if (sink.error && journal.waiting > 0)
    rows.push(line('', `oldest waiting since ${localTime(journal.oldestWaitingAt)}`));
  if (
    journal.target !== null &&
    sink.target !== null &&
    journal.target !== sink.target &&
    journal.delivered > 0
  ) {
    rows.push(line('', `delivered so far went to ${journal.target}; hip redeliver sends it here too`));
  }
  return rows;
}

/** Named up to a handful; the rest stands in `hip devices`. */
const MOST_NAMED = 5;

function renderClocks({ wrong, serverAheadSeconds }: ClockStatus): string[] {
  const rows = wrong.slice(0, MOST_NAMED).map(({ sn, name, offsetSeconds }) => {
    const who = name === null ? sn : `${name} (${sn})`;
    return line('!', `clock of ${who} is ${renderOffset(offsetSeconds)}; hip devices command ${sn} set-time`);
  });
  const others = wrong.length - rows.length;
  if (others > 0) rows.push(line('!', `clocks of ${others} more devices are wrong (hip devices)`));
  if (serverAheadSeconds !== null && Math.abs(serverAheadSeconds) > SERVER_TOLERANCE_SECONDS) {
    const ahead = renderOffset(serverAheadSeconds);
    rows.push(line('!', `the clock of the database server is ${ahead}, seen from this PC`));
  }
  return rows;
}

function renderDeviceCount(devices: readonly DeviceRecord[]): string {
  if (devices.length === 0) return 'none has called yet';
  const newest = devices.reduce((a, b) => (a.lastSeenAt > b.lastSeenAt ? a : b));
  return `${devices.length}, last ${newest.name ?? newest.sn} at ${localTime(newest.lastSeenAt)}`;
}

function line(title: string, text: string): string {
  return `${title.padEnd(11)}${text}`;
}
