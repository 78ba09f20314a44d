import type { DeviceState } from '../dialects/dialect.js';
import type { Database, Statement, Value } from './database.js';
import type { JournalEntry } from './journal.js';

/** What a device said of itself with an entry. */
export type Spoken = NonNullable<JournalEntry['device']>;

interface DeviceRow {
  readonly id: number;
  readonly sn: string;
  /** 0 after it was forgotten, until it speaks again. */
  readonly known: number;
  readonly dialect: string | null;
  readonly approved: number;
  readonly facts: string;
  readonly stamps: string;
}

interface Device {
  readonly id: number;
  readonly known: boolean;
  readonly approved: boolean;
  readonly dialect: string | null;
  readonly state: DeviceState;
}

interface Sighting {
  atMs: number;
  remoteAddress: string | null;
}

const NOTHING_KNOWN: DeviceState = { stamps: {}, facts: {} };

/**
 * The devices, in memory and in the journal. Facts and stamps are written with the punches they came with; when a
 * device was last seen waits in memory for `saveSightings`, for that changes with every poll.
 */
export class DeviceRegistry {
  /** Devices that this process has added. */
  added = 0;
  readonly #devices = new Map<string, Device>();
  readonly #sightings = new Map<string, Sighting>();
  /** The `tally.devices_version` that memory agrees with; -1 is none. */
  #version = -1;
  readonly #db: Database;
  readonly #all: Statement<DeviceRow>;
  readonly #find: Statement<DeviceRow>;
  readonly #add: Statement;
  readonly #save: Statement;
  readonly #saveSighting: Statement;
  readonly #bump: Statement;

  constructor(db: Database) {
    this.#db = db;
    const columns = 'id, sn, known, dialect, approved, facts, stamps';
    this.#all = db.prepare(`SELECT ${columns} FROM device`);
    this.#find = db.prepare(`SELECT ${columns} FROM device WHERE sn = ?`);
    this.#add = db.prepare(
      'INSERT INTO device (sn, known, first_seen_at, last_seen_at) VALUES (?1, 1, ?2, ?2) ON CONFLICT DO NOTHING',
    );
    this.#save =
      db.prepare(`UPDATE device SET first_seen_at = iif(known, first_seen_at, ?5), known = 1, dialect = ?2,
      facts = ?3, stamps = ?4 WHERE id = ?1`);
    this.#saveSighting = db.prepare(`UPDATE device SET last_seen_at = max(last_seen_at, ?2),
      remote_address = coalesce(?3, remote_address) WHERE sn = ?1 AND known`);
    this.#bump = db.prepare('UPDATE tally SET devices_version = devices_version + 1');
  }

  state(sn: string): DeviceState | undefined {
    const device = this.#devices.get(sn);
    return device?.known ? device.state : undefined;
  }

  dialect(sn: string): string | null {
    return this.#devices.get(sn)?.dialect ?? null;
  }

  /** True when writing this down can't wait. */
  isNews(spoken: Spoken): boolean {
    const device = this.#devices.get(spoken.sn);
    if (!device?.known) return true;
    return (
      (spoken.dialect !== undefined && spoken.dialect !== device.dialect) ||
      differs(device.state.facts, spoken.facts) ||
      differs(device.state.stamps, spoken.stamps)
    );
  }

  saw(spoken: Spoken, atMs: number): void {
    const sighting = this.#sightings.get(spoken.sn);
    if (sighting) {
      sighting.atMs = atMs;
      sighting.remoteAddress = spoken.remoteAddress ?? sighting.remoteAddress;
    } else {
      this.#sightings.set(spoken.sn, { atMs, remoteAddress: spoken.remoteAddress ?? null });
    }
  }

  get hasSightings(): boolean {
    return this.#sightings.size > 0;
  }

  /** In a transaction. Should that fail, the next sighting of each device makes up for it. */
  saveSightings(): void {
    for (const [sn, { atMs, remoteAddress }] of this.#sightings)
      this.#saveSighting.run(sn, atMs, remoteAddress);
    this.#sightings.clear();
  }

  /** In a transaction. Registers a new device and writes down what is news. */
  enter(spoken: Spoken, atMs: number): void {
    this.saw(spoken, atMs);
    const device = this.#deviceOf(spoken.sn, atMs);
    if (device.known && !this.isNews(spoken)) return;
    const state = {
      facts: { ...device.state.facts, ...spoken.facts },
      stamps: { ...device.state.stamps, ...spoken.stamps },
    };
    this.#write(spoken.sn, { ...device, dialect: spoken.dialect ?? device.dialect, state }, atMs);
  }

  /** In a transaction. The number of a device; one that was unknown or forgotten is known from now on. */
  idOf(sn: string, atMs: number): number {
    const device = this.#deviceOf(sn, atMs);
    if (!device.known) this.#write(sn, device, atMs);
    return device.id;
  }

  /** In a transaction. The number of the device, null when it is unknown. */
  approve(sn: string): number | null {
    const device = this.#devices.get(sn);
    if (!device?.known) return null;
    this.#change('approved = 1', sn);
    return device.id;
  }

  /** In a transaction. False when the device is unknown. */
  rename(sn: string, name: string | null): boolean {
    return this.state(sn) !== undefined && this.#change('name = ?2', sn, name);
  }

  /** In a transaction. Its punches keep their device; all else is as if it had never called. */
  remove(sn: string): boolean {
    this.#sightings.delete(sn);
    const fresh = `known = 0, approved = 0, name = NULL, dialect = NULL, facts = '{}', stamps = '{}'`;
    return this.state(sn) !== undefined && this.#change(`${fresh}, remote_address = NULL`, sn);
  }

  /** In a transaction that removed their rows. */
  removed(serialNumbers: readonly string[]): void {
    for (const sn of serialNumbers) this.#devices.delete(sn);
    this.bump();
  }

  isApproved(sn: string): boolean {
    return this.#devices.get(sn)?.approved === true;
  }

  /** In a transaction. Tells the other processes that the registry changed. */
  bump(): void {
    this.#bump.run();
    if (this.#version >= 0) this.#version += 1;
  }

  /** True when memory is known to be out of date. */
  get isStale(): boolean {
    return this.#version === -1;
  }

  refresh(version: number): void {
    if (version === this.#version) return;
    this.#devices.clear();
    for (const row of this.#all.all()) this.#devices.set(row.sn, deviceOf(row));
    this.#version = version;
  }

  /** After a rollback: memory may hold what was never stored, and is rebuilt at the next look. */
  forget(): void {
    this.#version = -1;
  }

  #change(set: string, sn: string, ...values: readonly Value[]): true {
    this.#db.prepare(`UPDATE device SET ${set} WHERE sn = ?1`).run(sn, ...values);
    this.bump();
    this.#version = -1;
    return true;
  }

  #write(sn: string, device: Device, atMs: number): void {
    const { id, dialect, state } = device;
    this.#save.run(id, dialect, JSON.stringify(state.facts), JSON.stringify(state.stamps), atMs);
    this.#devices.set(sn, { ...device, known: true });
    if (!device.known) this.bump();
  }

  #deviceOf(sn: string, atMs: number): Device {
    const known = this.#devices.get(sn);
    if (known) return known;
    const isNew = this.#add.run(sn, atMs).changes === 1;
    const device = deviceOf(this.#find.get(sn)!);
    this.#devices.set(sn, device);
    if (isNew) {
      this.added += 1;
      this.bump();
    }
    return device;
  }
}

function deviceOf(row: DeviceRow): Device {
  const { id, dialect } = row;
  const state = row.facts === '{}' && row.stamps === '{}' ? NOTHING_KNOWN : readState(row);
  return { id, known: row.known === 1, approved: row.approved === 1, dialect, state };
}

function readState(row: Pick<DeviceRow, 'facts' | 'stamps'>): DeviceState {
  return { facts: readPairs(row.facts), stamps: readPairs(row.stamps) };
}

/** Facts or stamps as stored. */
export function readPairs(json: string): Readonly<Record<string, string>> {
  return JSON.parse(json) as Record<string, string>;
}

function differs(
  stored: Readonly<Record<string, string>>,
  spoken: Readonly<Record<string, string>> | undefined,
): boolean {
  for (const name in spoken) if (spoken[name] !== stored[name]) return true;
  return false;
}
