import { expect, it } from 'vitest';
import type { DeviceRecord } from '../../../src/lib/journal/journal.js';
import { renderStatus } from '../../../src/lib/shell/status/render-status.js';
import type { StatusReport } from '../../../src/lib/shell/status/status.js';

const NOW = Date.UTC(2026, 10, 22, 8);
const hoursAgo = (hours: number): string => new Date(NOW - hours * 3_600_000).toISOString();

function device(sn: string, change: Partial<DeviceRecord> = {}): DeviceRecord {
  return {
    sn,
    name: null,
    dialect: 'adms',
    approved: true,
    facts: {},
    stamps: {},
    remoteAddress: '192.0.2.20',
    firstSeenAt: hoursAgo(900),
    lastSeenAt: hoursAgo(0),
    lastPunchAt: hoursAgo(1),
    punches: 10,
    ...change,
  };
}

/** As bad as it gets: each thing that can be told is told. */
const TROUBLED: StatusReport = {
  version: '1.0.0',
  running: true,
  otherServe: true,
  startedAt: hoursAgo(30),
  journal: {
    path: '/var/lib/hip/journal.db',
    error:
      'the disk is full: punches stay on the devices until there is room; free some, or move the data folder',
    waiting: 12_345,
    held: 4,
    delivered: 1_000_000,
    rejected: 3,
    quarantined: 7,
    duplicates: 12,
    skipped: 0,
    dropped: 0,
    lastPunchAt: hoursAgo(1),
    oldestWaitingAt: hoursAgo(20),
    target: 'mysql://payroll-old.example:3306/attendance/device_logs',
  },
  sink: {
    configured: true,
    target: 'mysql://payroll.example:3306/attendance/device_logs',
    reachable: false,
    error:
      'payroll.example:3306 refused the connection (ECONNREFUSED). See whether the database server runs and whether a firewall stands between: hip test-db.',
  },
  devices: [
    device('CQZ7241900017', { name: 'Main gate', lastSeenAt: hoursAgo(3) }),
    device('CQZ7241900018', { lastSeenAt: hoursAgo(200) }),
    device('CQZ7241900019', { lastSeenAt: hoursAgo(5), punches: 0 }),
    device('CQZ7241900020'),
    device('OLD', { dialect: 'plain', lastSeenAt: hoursAgo(9) }),
  ],
  forwarder: null,
  listener: null,
  clock: {
    serverAheadSeconds: 7_200,
    wrong: [{ sn: 'CQZ7241900020', name: 'Warehouse, back door', offsetSeconds: -25_200 }],
  },
  sync: { sources: [] },
  notices: [
    {
      at: hoursAgo(40),
      code: 'HIP_JOURNAL_DAMAGED',
      message:
        'The journal was damaged and set aside as /var/lib/hip/journal.damaged-2026-11-20.db; 1,234 punches were saved from it, and devices are asked to send the last days again.',
    },
  ],
};

it.each([80, 60, 120])('fits a terminal of %i columns, words and paths whole', (width) => {
  const lines = renderStatus(TROUBLED, width, NOW).split('\n');
  for (const line of lines) if (line.trim().includes(' ', 11)) expect(line.length).toBeLessThanOrEqual(width);
  expect(renderStatus(TROUBLED, width, NOW)).toContain('/var/lib/hip/journal.damaged-2026-11-20.db');
  // Further lines hang under the text, so that titles and marks stand alone in front.
  for (const line of lines) expect(line).toMatch(/^(?:(?:!|[a-z ]{1,10}) {1,10}| {11})\S/);
});

it('is one line for each thing when piped', () => {
  const lines = renderStatus(TROUBLED, undefined, NOW).split('\n');
  expect(lines.filter((line) => line.startsWith('!'))).toHaveLength(7);
  expect(lines.every((line) => !line.includes('\n'))).toBe(true);
  expect(lines).toContain(`!          ${TROUBLED.sink.error}`);
});

it('says that another hip serve is at work on the same data', () => {
  expect(renderStatus(TROUBLED)).toContain('!          another hip serve listens');
  expect(renderStatus({ ...TROUBLED, otherServe: false })).not.toContain('another hip serve');
});

it.each([
  [false, null, 'serve is not running'],
  [true, null, 'serve is running, but does not answer'],
  [true, hoursAgo(30), 'serving since 2026-11-2'],
])('running %s since %s: %s', (running, startedAt, says) => {
  expect(renderStatus({ ...TROUBLED, running, startedAt })).toContain(says);
});

it('names terminals that fell silent, not those retired, made up, or that only call with a punch', () => {
  const silent = renderStatus(TROUBLED, undefined, NOW)
    .split('\n')
    .filter((line) => line.includes('silent'));
  expect(silent).toEqual([expect.stringContaining('Main gate (CQZ7241900017) is silent since')]);
});

it('says nothing of silence when nobody was there to hear', () => {
  const stopped = { ...TROUBLED, running: false, startedAt: null };
  expect(renderStatus(stopped, undefined, NOW)).not.toContain('silent');
  const justStarted = { ...TROUBLED, startedAt: hoursAgo(0.1) };
  expect(renderStatus(justStarted, undefined, NOW)).not.toContain('silent');
});

it('names a handful of many silent ones', () => {
  const devices = Array.from({ length: 12 }, (_, i) => device(`A${i}`, { lastSeenAt: hoursAgo(1) }));
  const text = renderStatus({ ...TROUBLED, devices }, undefined, NOW);
  expect(text.match(/is silent since/g)).toHaveLength(5);
  expect(text).toContain('7 more devices are silent');
});
