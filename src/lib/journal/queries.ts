import { userKey, wallSeconds, wallText } from '../punch.js';
import type { Database, Value } from './database.js';
import type { PunchFilter, PunchState, StoredPunch } from './journal.js';
import { STATE, STATE_NAMES } from './migrations.js';
import { isoText } from './tally.js';

interface PunchRow {
  readonly key: number;
  readonly time: number;
  readonly user_key: string;
  readonly device: number;
  readonly sn: string;
  readonly user_id: string | null;
  readonly status: number | null;
  readonly verify: number | null;
  readonly work_code: string | null;
  readonly raw: string;
  readonly source: string;
  readonly received_at: number;
  readonly state: number;
  readonly suspect: string | null;
  readonly code: string | null;
  readonly message: string | null;
}

interface Condition {
  readonly sql: string;
  readonly values: readonly Value[];
}

/** Rows per page: no read transaction is open between pages, so a slow reader keeps no log from being cut back. */
const PAGE = 1_000;
/** Up to this many punches in a state, their index is the way to them; above it they are found on the way. */
const FEW = 50_000;

/** SQLite uses the index of open punches only where its condition is said in its own words. */
const OPEN_STATE = 'p.state = ? AND p.state <> 2';

const COLUMNS = `SELECT p.key, p.time, p.user_key, p.device, d.sn, p.user_id, p.status, p.verify, p.work_code, p.raw,
  s.text AS source, p.received_at, p.state, p.suspect, r.code, r.message`;
const JOINS = `JOIN device d ON d.id = p.device JOIN label s ON s.id = p.source
  LEFT JOIN rejection r ON r.key = p.key`;

/**
 * Punches by device time, page by page; within one second by user and device. The oldest first, or the newest first
 * when limited.
 */
export function* findPunches(db: Database, filter: PunchFilter): Generator<StoredPunch> {
  const limit = filter.limit ? filter.limit : Number.POSITIVE_INFINITY;
  let left = limit;
  const order = filter.limit ? 'DESC' : 'ASC';
  for (const page of isNarrow(db, filter) ? pagesByKey(db, filter, order) : pagesByTime(db, filter, order)) {
    for (const row of page) {
      if (left <= 0) return;
      left -= 1;
      yield punchOf(row);
    }
  }
}

/** True when a person's own or a rare state's punches are wanted: few enough to list their keys at once. */
function isNarrow(db: Database, { userId, state }: PunchFilter): boolean {
  if (userId !== undefined) return true;
  if (state === undefined) return false;
  const row = db
    .prepare<Record<PunchState, number>>('SELECT waiting, held, delivered, rejected FROM tally')
    .get()!;
  return row[state] <= FEW;
}

function* pagesByKey(db: Database, filter: PunchFilter, order: string): Generator<PunchRow[]> {
  const { sql, values } = conditionOf(filter);
  const keys = db.prepare<{ readonly key: number }>(
    `SELECT p.key FROM punch p WHERE ${sql} ORDER BY p.time ${order}, p.user_key ${order}, p.device ${order}`,
  );
  const all = db.read(() => keys.all(...values)).map(({ key }) => key);
  const rows = db.prepare<PunchRow>(
    `${COLUMNS} FROM json_each(?) k CROSS JOIN punch p ON p.key = k.value ${JOINS} ORDER BY k.key`,
  );
  for (let at = 0; at < all.length; at += PAGE) {
    yield db.read(() => rows.all(JSON.stringify(all.slice(at, at + PAGE))));
  }
}

function* pagesByTime(db: Database, filter: PunchFilter, order: string): Generator<PunchRow[]> {
  const { sql, values } = conditionOf(filter);
  const beyond = order === 'ASC' ? '>' : '<';
  let place: readonly Value[] = [];
  for (;;) {
    const where = place.length === 0 ? sql : `${sql} AND (p.time, p.user_key, p.device) ${beyond} (?, ?, ?)`;
    const rows =
      db.prepare<PunchRow>(`${COLUMNS} FROM punch p INDEXED BY punch_identity ${JOINS} WHERE ${where}
      ORDER BY p.time ${order}, p.user_key ${order}, p.device ${order} LIMIT ${PAGE}`);
    const page = db.read(() => rows.all(...values, ...place));
    yield page;
    const last = page.at(-1);
    if (page.length < PAGE || !last) return;
    place = [last.time, last.user_key, last.device];
  }
}

function conditionOf({ from, to, deviceSn, userId, state }: PunchFilter): Condition {
  const parts: [string, Value][] = [];
  if (from !== undefined) parts.push(['p.time >= ?', wallSeconds(from)]);
  if (to !== undefined) parts.push(['p.time <= ?', wallSeconds(to)]);
  if (deviceSn !== undefined) parts.push(['p.device = (SELECT id FROM device WHERE sn = ?)', deviceSn]);
  if (userId !== undefined) parts.push(['p.user_key = ?', userKey(userId)]);
  if (state !== undefined) parts.push([state === 'delivered' ? 'p.state = ?' : OPEN_STATE, STATE[state]]);
  return {
    sql: ['true', ...parts.map(([sql]) => sql)].join(' AND '),
    values: parts.map(([, value]) => value),
  };
}

function punchOf(row: PunchRow): StoredPunch {
  return {
    deviceSn: row.sn,
    userId: row.user_id ?? row.user_key,
    time: wallText(row.time),
    status: row.status,
    verify: row.verify,
    workCode: row.work_code,
    raw: row.raw,
    source: row.source,
    receivedAt: isoText(row.received_at),
    state: STATE_NAMES[row.state]!,
    suspect: row.suspect,
    error: row.code === null ? null : `${row.code}: ${row.message}`,
  };
}
