import { existsSync } from 'node:fs';
import { HipError } from '../errors.js';
import { type Punch, type Suspicion, wallText } from '../punch.js';
import { DamagedJournal, type Row } from './damaged-journal.js';
import type { Value } from './database.js';
import type { AppendResult, Journal, JournalEntry } from './journal.js';
import { LOOSE, STATE } from './migrations.js';

export interface SalvageReport extends AppendResult {
  /** Punches that were met but belong to a device that can't be told any more. */
  readonly lost: number;
}

const PUNCH_COLUMNS =
  'device, time, user_key, user_id, state, loose, status, verify, work_code, raw, source, received_at, suspect';

/**
 * Fetches into a journal what can be read of a damaged one: punches that it has stay single, new ones wait (held ones
 * stay held), quarantined input is kept. Any process may go on using the journal meanwhile, if `into` was opened with
 * `background`. Writes nothing to the damaged file.
 */
export async function salvageJournal(file: string, into: Journal): Promise<SalvageReport> {
  if (!existsSync(file)) throw new HipError('HIP_FILE_UNREADABLE', `There is no file ${file}.`);
  const damaged = new DamagedJournal(file);
  const total = { stored: 0, duplicates: 0, quarantined: 0, lost: 0 };
  try {
    for (const { entries, lost } of batches(damaged)) {
      total.lost += lost;
      for (const result of await Promise.all(entries.map((entry) => into.append(entry)))) {
        total.stored += result.stored;
        total.duplicates += result.duplicates;
        total.quarantined += result.quarantined;
      }
    }
    return total;
  } finally {
    damaged.close();
  }
}

interface Batch {
  readonly entries: readonly JournalEntry[];
  readonly lost: number;
}

function* batches(damaged: DamagedJournal): Generator<Batch> {
  const names = namesOf(damaged);
  for (const rows of damaged.rows('punch', PUNCH_COLUMNS.split(', '))) {
    const entries = rows.flatMap((row) => entryOf(row, names) ?? []);
    yield { entries: merged(entries), lost: rows.length - entries.length };
  }
  const columns = ['source', 'device_sn', 'reason', 'last_seen_at', 'origin', 'content'];
  for (const rows of damaged.rows('quarantine', columns))
    yield { entries: rows.map(quarantineEntryOf), lost: 0 };
}

interface Names {
  readonly devices: ReadonlyMap<Value, string>;
  readonly labels: ReadonlyMap<Value, string>;
}

function namesOf(damaged: DamagedJournal): Names {
  const read = (table: string, name: string): ReadonlyMap<Value, string> => {
    const byIndex = damaged.indexRows(
      `SELECT id, ${name} FROM ${table} INDEXED BY sqlite_autoindex_${table}_1`,
    );
    const rows = [...byIndex, ...[...damaged.rows(table, ['id', name])].flat()];
    return new Map(rows.map((row) => [row.id!, String(row[name])]));
  };
  return { devices: read('device', 'sn'), labels: read('label', 'text') };
}

/** Undefined when it can't be told whose punch it is. */
function entryOf(row: Row, { devices, labels }: Names): JournalEntry | undefined {
  const deviceSn = devices.get(row.device!);
  const time = Number(row.time);
  const receivedAt = new Date(Number(row.received_at));
  if (deviceSn === undefined || !isCalendarTime(time) || Number.isNaN(receivedAt.getTime())) return undefined;
  const loose = Number(row.loose);
  const punch: Punch = {
    deviceSn,
    userId: String(row.user_id ?? row.user_key),
    time: wallText(time),
    status: row.status as number | null,
    verify: row.verify as number | null,
    workCode: row.work_code as string | null,
    raw: String(row.raw),
    suspect: row.suspect as Suspicion | null,
    proven: (loose & LOOSE.unproven) === 0,
    precision: loose & LOOSE.minute ? 'minute' : 'second',
  };
  const source = labels.get(row.source!) ?? 'salvage';
  return { source, receivedAt, punches: [punch], holdUnapproved: row.state === STATE.held };
}

/** Seconds of the years that a punch can have. */
function isCalendarTime(time: number): boolean {
  return time >= 0 && time <= 13_569_465_599;
}

/** Neighbours that came with one request become one entry again. */
function merged(entries: readonly JournalEntry[]): JournalEntry[] {
  const groups: [JournalEntry, Punch[]][] = [];
  for (const entry of entries) {
    const last = groups.at(-1);
    if (last && isSameArrival(last[0], entry)) last[1].push(...entry.punches);
    else groups.push([entry, [...entry.punches]]);
  }
  return groups.map(([entry, punches]) => ({ ...entry, punches }));
}

function isSameArrival(one: JournalEntry, other: JournalEntry): boolean {
  return (
    one.source === other.source &&
    one.receivedAt.getTime() === other.receivedAt.getTime() &&
    one.holdUnapproved === other.holdUnapproved
  );
}

function quarantineEntryOf(row: Row): JournalEntry {
  const fragment = { reason: String(row.reason), bytes: row.content as Uint8Array };
  const sn = row.device_sn;
  return {
    source: String(row.source),
    receivedAt: new Date(Number(row.last_seen_at)),
    punches: [],
    unread: [fragment],
    ...(typeof row.origin === 'string' && { origin: row.origin }),
    ...(typeof sn === 'string' && { device: { sn } }),
  };
}
