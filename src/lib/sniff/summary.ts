import { userKey } from '../punch.js';
import { adviceOnNobody } from './advice-texts.js';
import type { SniffedConnection } from './exchange.js';
import type { Advice, Explained, ExplainedExchange } from './explained.js';

/** What each remote address did in the whole run. Bounded in addresses, devices and memory, however long it runs. */
export interface Summary {
  add(explained: Explained): void;
  report(): SummaryReport;
}

export interface SummaryReport {
  readonly addresses: readonly AddressSummary[];
  /** Addresses beyond the bound: seen and shown, not counted here. */
  readonly otherAddresses: number;
  /** What to do when nothing came at all. */
  readonly advice: readonly Advice[];
}

export interface AddressSummary {
  readonly remoteAddress: string;
  readonly connections: number;
  readonly silentConnections: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly requests: number;
  /** Requests that no dialect claims. */
  readonly unclaimed: number;
  /** First bytes that were no HTTP, by kind. */
  readonly foreign: Readonly<Record<string, number>>;
  readonly devices: readonly DeviceSummary[];
  readonly advice: readonly Advice[];
}

export interface DeviceSummary {
  readonly deviceSn: string | null;
  readonly dialect: string;
  readonly model: string | null;
  readonly firmware: string | null;
  readonly requests: number;
  /** Different ones; a punch that comes again counts once. */
  readonly punches: number;
  readonly lastPunch: string | null;
  readonly unread: number;
  /** The last clock reading: seconds ahead of this PC's; null when it told none. */
  readonly clockAheadSeconds: number | null;
}

const MAX_ADDRESSES = 500;
/** Whole sites come through one router's address. */
const MAX_DEVICES = 200;
/** Beyond it a punch that comes again counts again. */
const MAX_IDENTITIES = 5_000;

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };
type DeviceEntry = Mutable<DeviceSummary> & { readonly identities: Set<string> };

interface AddressEntry extends Mutable<Omit<AddressSummary, 'devices' | 'advice' | 'foreign'>> {
  readonly foreign: Record<string, number>;
  readonly devices: Map<string, DeviceEntry>;
  readonly advice: Map<string, Advice>;
  /** Connections that were seen and have not ended. */
  readonly open: Set<number>;
}

export function createSummary(): Summary {
  const addresses = new Map<string, AddressEntry>();
  const others = new Set<string>();
  const entryOf = (connection: SniffedConnection): AddressEntry | null => {
    const { remoteAddress } = connection;
    const known = addresses.get(remoteAddress);
    if (known !== undefined) return known;
    if (addresses.size >= MAX_ADDRESSES) {
      if (others.size < MAX_ADDRESSES) others.add(remoteAddress);
      return null;
    }
    const entry = newEntry(remoteAddress);
    addresses.set(remoteAddress, entry);
    return entry;
  };
  return {
    add(explained) {
      const connection = connectionOf(explained);
      if (connection === null) return;
      const entry = entryOf(connection);
      if (entry === null) return;
      if (!entry.open.has(connection.id)) entry.connections += 1;
      if (explained.kind === 'end') entry.open.delete(connection.id);
      else entry.open.add(connection.id);
      count(entry, explained);
      for (const each of explained.advice) entry.advice.set(each.symptom, each);
    },
    report: () => ({
      addresses: [...addresses.values()].map(reportEntry),
      otherAddresses: others.size,
      advice: addresses.size === 0 ? [adviceOnNobody()] : [],
    }),
  };
}

function connectionOf(explained: Explained): SniffedConnection | null {
  switch (explained.kind) {
    case 'exchange':
      return explained.exchange.connection;
    case 'foreign':
      return explained.traffic.connection;
    case 'end':
      return explained.end.connection;
    case 'notice':
      return explained.notice.silent ?? null;
  }
}

function newEntry(remoteAddress: string): AddressEntry {
  return {
    remoteAddress,
    connections: 0,
    silentConnections: 0,
    bytesIn: 0,
    bytesOut: 0,
    requests: 0,
    unclaimed: 0,
    foreign: {},
    devices: new Map(),
    advice: new Map(),
    open: new Set(),
  };
}

function count(entry: AddressEntry, explained: Explained): void {
  switch (explained.kind) {
    case 'exchange':
      entry.requests += 1;
      if (explained.dialect === null) entry.unclaimed += 1;
      else if (explained.exchange.requestIsWhole) countDevice(entry, explained, explained.dialect);
      return;
    case 'foreign':
      entry.foreign[explained.what] = (entry.foreign[explained.what] ?? 0) + 1;
      return;
    case 'end':
      entry.bytesIn += explained.end.bytesIn;
      entry.bytesOut += explained.end.bytesOut;
      if (explained.end.bytesIn === 0) entry.silentConnections += 1;
  }
}

function countDevice(entry: AddressEntry, explained: ExplainedExchange, dialect: string): void {
  const { deviceSn, facts, punches, unread, clock } = explained;
  const key = `${dialect}\n${deviceSn ?? ''}`;
  const known = entry.devices.get(key);
  if (known === undefined && entry.devices.size >= MAX_DEVICES) return;
  const device = known ?? newDevice(deviceSn, dialect);
  entry.devices.set(key, device);
  device.requests += 1;
  device.unread += unread.length;
  device.model = facts.model ?? facts.deviceName ?? device.model;
  device.firmware = facts.firmware ?? device.firmware;
  device.clockAheadSeconds = clock?.aheadSeconds ?? device.clockAheadSeconds;
  for (const { userId, time } of punches) {
    const identity = `${userKey(userId)} ${time}`;
    if (device.identities.has(identity)) continue;
    if (device.identities.size < MAX_IDENTITIES) device.identities.add(identity);
    device.punches += 1;
    if (device.lastPunch === null || time > device.lastPunch) device.lastPunch = time;
  }
}

function newDevice(deviceSn: string | null, dialect: string): DeviceEntry {
  return {
    deviceSn,
    dialect,
    model: null,
    firmware: null,
    requests: 0,
    punches: 0,
    lastPunch: null,
    unread: 0,
    clockAheadSeconds: null,
    identities: new Set(),
  };
}

function reportEntry({ open: _, ...entry }: AddressEntry): AddressSummary {
  return {
    ...entry,
    devices: [...entry.devices.values()].map(({ identities: __, ...device }) => device),
    advice: [...entry.advice.values()],
  };
}
