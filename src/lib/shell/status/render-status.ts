import { renderOffset } from '../../clock-guard/words.js';
import { countOf } from '../../count.js';
import type { DeviceRecord } from '../../journal/journal.js';
import type { ListenerState } from '../../listener/listener.js';
import { callsRegularly, RETIRED_AFTER_MS, SILENT_AFTER_MS } from '../../tray/alarms.js';
import { localTime } from '../lists/device-list.js';
import { SERVER_TOLERANCE_SECONDS } from '../serve/pc-clock.js';
import { renderSource } from '../sync/sync-status.js';
import { wrapText } from '../terminal/wrap.js';
import type { ClockStatus, JournalStatus, StatusReport } from './status.js';

/** What `hip status` says to people: what is wrong begins with `!`, so that it is seen, and found by programs. */

interface Row {
  readonly title: string;
  readonly text: string;
}

const INDENT = 11;

/** @param width columns of the terminal; undefined when piped, where each thing told is one line */
export function renderStatus(report: StatusReport, width?: number, nowMs: number = Date.now()): string {
  return listRows(report, nowMs)
    .map((row) => renderRow(row, width))
    .join('\n');
}

function renderRow({ title, text }: Row, width: number | undefined): string {
  const lines =
    width === undefined ? [text.replaceAll('\n', ' ')] : wrapText(text, Math.max(0, width - INDENT));
  return title.padEnd(INDENT) + lines.join(`\n${' '.repeat(INDENT)}`);
}

function listRows(report: StatusReport, nowMs: number): Row[] {
  return [
    ...report.notices.map(({ message }) => wrong(message)),
    ...(report.notices.length > 0 ? [more('(hip status --dismiss once you have read it)')] : []),
    row('hip', `${report.version}, ${sayRunning(report)}`),
    ...(report.otherServe ? [wrong(OTHER_SERVE)] : []),
    ...listListener(report.listener),
    ...listJournal(report.journal),
    ...listSink(report),
    ...report.sync.sources.map((source) => row(source.stale ? '!' : 'files', renderSource(source))),
    row('devices', sayDevices(report.devices)),
    ...listSilent(report, nowMs),
    ...listClocks(report.clock),
  ];
}

function sayRunning({ running, startedAt }: StatusReport): string {
  if (!running) return 'serve is not running';
  return startedAt === null
    ? 'serve is running, but does not answer (is serve.statusPort 0?)'
    : `serving since ${localTime(startedAt)}`;
}

function row(title: string, text: string): Row {
  return { title, text };
}

/** More of the thing above. */
function more(text: string): Row {
  return { title: '', text };
}

function wrong(text: string): Row {
  return { title: '!', text };
}

const OTHER_SERVE =
  'another hip serve listens for devices on this data folder, of which this tells nothing; stop one of the two';

function listListener(listener: ListenerState | null): Row[] {
  if (!listener) return [];
  const { listening, secure, requests, openSockets } = listener;
  const ports = `port ${listening?.port ?? '-'}${secure === null ? '' : `, HTTPS on ${secure.port}`}`;
  const { refusedNotStored, notAllowed, nonHttp, silentSockets, unclaimed } = listener;
  const odd: [count: number, one: string, many: string][] = [
    [refusedNotStored, 'told to try again', 'told to try again'],
    [
      notAllowed,
      'connection from an address that is not in serve.allowFrom',
      'connections from addresses that are not in serve.allowFrom',
    ],
    [nonHttp, 'connection that spoke no HTTP', 'connections that spoke no HTTP'],
    [silentSockets, 'connection that said nothing', 'connections that said nothing'],
    [unclaimed, 'request that no dialect knows', 'requests that no dialect knows'],
  ];
  return [
    row('listener', `${ports}, ${countOf(requests, 'request')}, ${countOf(openSockets, 'connection')} open`),
    ...odd.filter(([count]) => count > 0).map(([count, one, many]) => more(countOf(count, one, many))),
  ];
}

function listJournal(journal: JournalStatus): Row[] {
  const { waiting, delivered, duplicates, held, rejected, quarantined, lastPunchAt, error } = journal;
  return [
    row('journal', journal.path),
    more(`${waiting} waiting, ${delivered} delivered, ${duplicates} came again`),
    ...(held > 0 ? [more(`${held} held until their device is approved (hip devices)`)] : []),
    ...(rejected > 0 ? [more(`${rejected} rejected (hip punches --state rejected)`)] : []),
    ...(quarantined > 0 ? [more(`${quarantined} in quarantine (hip quarantine list)`)] : []),
    ...(lastPunchAt === null ? [] : [row('last punch', localTime(lastPunchAt) ?? '')]),
    ...(error === null ? [] : [wrong(`NOT STORING: ${error}`)]),
  ];
}

function listSink({ sink, journal }: StatusReport): Row[] {
  if (!sink.configured) return [row('database', 'none configured; punches wait in the journal')];
  const state = sink.reachable === null ? 'not tried yet' : sink.reachable ? 'reachable' : 'NOT REACHABLE';
  const rows = [row('database', `${sink.target}, ${state}`)];
  if (sink.error) rows.push(wrong(sink.error));
  if (sink.error && journal.waiting > 0)
    rows.push(more(`oldest waiting since ${localTime(journal.oldestWaitingAt)}`));
  if (
    journal.target !== null &&
    sink.target !== null &&
    journal.target !== sink.target &&
    journal.delivered > 0
  ) {
    rows.push(more(`delivered so far went to ${journal.target}; hip redeliver sends it here too`));
  }
  return rows;
}

function sayDevices(devices: readonly DeviceRecord[]): string {
  if (devices.length === 0) return 'none has called yet';
  const newest = devices.reduce((a, b) => (a.lastSeenAt > b.lastSeenAt ? a : b));
  return `${devices.length}, last ${newest.name ?? newest.sn} at ${localTime(newest.lastSeenAt)}`;
}

/** Named up to a handful; the rest stands in `hip devices`. */
const MOST_NAMED = 5;

/** Told by a listener that would have heard them. */
function listSilent({ running, startedAt, devices }: StatusReport, nowMs: number): Row[] {
  if (!running || startedAt === null || nowMs - Date.parse(startedAt) < SILENT_AFTER_MS) return [];
  const silent = devices.filter(({ dialect, lastSeenAt, punches }) => {
    const silentMs = nowMs - Date.parse(lastSeenAt);
    // Who never delivered a punch may be anybody: a made-up serial number is no terminal that fell silent.
    return (
      punches > 0 && callsRegularly(dialect) && silentMs >= SILENT_AFTER_MS && silentMs < RETIRED_AFTER_MS
    );
  });
  const rows = silent
    .slice(0, MOST_NAMED)
    .map((device) => wrong(`${nameOf(device)} is silent since ${localTime(device.lastSeenAt)}`));
  const others = silent.length - rows.length;
  return others > 0
    ? [...rows, wrong(`${countOf(others, 'more device is', 'more devices are')} silent (hip devices)`)]
    : rows;
}

function listClocks({ wrong: offs, serverAheadSeconds }: ClockStatus): Row[] {
  const rows = offs.slice(0, MOST_NAMED).map(({ offsetSeconds, ...device }) => {
    const advice = `hip devices command ${device.sn} set-time`;
    return wrong(`clock of ${nameOf(device)} is ${renderOffset(offsetSeconds)}; ${advice}`);
  });
  const others = offs.length - rows.length;
  if (others > 0)
    rows.push(
      wrong(
        `${others === 1 ? 'the clock of 1 more device is' : `clocks of ${others} more devices are`} wrong (hip devices)`,
      ),
    );
  if (serverAheadSeconds !== null && Math.abs(serverAheadSeconds) > SERVER_TOLERANCE_SECONDS) {
    const ahead = renderOffset(serverAheadSeconds);
    rows.push(wrong(`the clock of the database server is ${ahead}, seen from this PC`));
  }
  return rows;
}

function nameOf({ sn, name }: Pick<DeviceRecord, 'sn' | 'name'>): string {
  return name === null ? sn : `${name} (${sn})`;
}
