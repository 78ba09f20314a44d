import { refuseUnknown } from '../device-commands/verbs.js';
import type { CommandResult, PendingCommand } from '../dialects/dialect.js';
import { HipError } from '../errors.js';
import type { Database, Statement } from './database.js';
import { CANCELLED, type CommandRecord, type NewCommand } from './journal.js';
import { isoText } from './tally.js';

/**
 * Commands for devices.
 *
 *   waiting -> sent              (handed to the device; each time is an attempt)
 *   sent    -> sent              (no answer in time: offered again, the device may have restarted)
 *   sent    -> done | failed     (its answer)
 *   waiting, sent -> expired     (never fetched, the last attempt unanswered, or cancelled)
 *   expired -> done | failed     (an answer that came after all)
 */

/** An INFO takes seconds, a month of punches some minutes; a device that restarts is back within two. */
const ANSWER_WITHIN_MS = 120_000;
const MOST_ATTEMPTS = 3;
/** Offered again, a restart whose answer was lost in it would restart the device twice more. */
const ONE_ATTEMPT = 'reboot';
/** A command for a device that has been away this long would surprise everybody. */
const FETCH_WITHIN_MS = 7 * 86_400_000;
/** Finished ones are for people who ask what became of them. */
const KEEP_MS = 90 * 86_400_000;
/** A list of users belongs to the command that asked for them, and may come after its answer. */
const USERS_WITHIN_MS = 600_000;
const MOST_DETAIL_CHARS = 1_000_000;
/** So many may wait for one device; a device that never answers must not pile them up. */
const MOST_WAITING = 200;

interface OpenCommand {
  readonly offer: PendingCommand;
  readonly createdAtMs: number;
  readonly sentAtMs: number | null;
  readonly attempts: number;
}

interface CommandRow {
  readonly id: number;
  readonly device_sn: string;
  readonly verb: string;
  readonly text: string;
  readonly state: CommandRecord['state'];
  readonly created_at: number;
  readonly sent_at: number | null;
  readonly finished_at: number | null;
  readonly return_code: string | null;
  readonly detail: string | null;
  readonly attempts: number;
}

/** Conditions under which an open command at `?1` (ms) will not be offered any more. */
const OVER = `(state = 'waiting' AND created_at < ?1 - ${FETCH_WITHIN_MS}
  OR state = 'sent' AND attempts >= iif(verb = '${ONE_ATTEMPT}', 1, ${MOST_ATTEMPTS}) AND sent_at < ?1 - ${ANSWER_WITHIN_MS})`;

export class CommandQueue {
  readonly #open = new Map<string, OpenCommand[]>();
  #version = -1;
  readonly #db: Database;
  readonly #openRows: Statement<CommandRow>;
  readonly #bump: Statement;

  constructor(db: Database) {
    this.#db = db;
    this.#openRows = db.prepare(`SELECT * FROM command WHERE state IN ('waiting', 'sent') ORDER BY id`);
    this.#bump = db.prepare('UPDATE tally SET commands_version = commands_version + 1');
  }

  /** From memory. */
  pending(sn: string, nowMs: number): readonly PendingCommand[] {
    const open = this.#open.get(sn);
    if (!open) return [];
    return open.filter((one) => isDue(one, nowMs)).map(({ offer }) => offer);
  }

  /** True when memory is known to be out of date. */
  get isStale(): boolean {
    return this.#version === -1;
  }

  refresh(version: number): void {
    if (version === this.#version) return;
    this.#open.clear();
    for (const row of this.#openRows.all()) {
      const { verb, text, attempts, created_at: createdAtMs, sent_at: sentAtMs } = row;
      const command = { offer: { id: String(row.id), verb, text }, createdAtMs, sentAtMs, attempts };
      const list = this.#open.get(row.device_sn);
      if (list) list.push(command);
      else this.#open.set(row.device_sn, [command]);
    }
    this.#version = version;
  }

  forget(): void {
    this.#version = -1;
  }

  /**
   * In a transaction, as all that follow. Returns the id.
   * @throws {HipError} HIP_USAGE
   */
  enqueue({ deviceSn, verb, text }: NewCommand, atMs: number): string {
    refuseUnknown({ verb, text });
    this.expire(atMs);
    this.removeFinished(atMs - KEEP_MS);
    const open = this.#db.prepare<{ readonly n: number }>(
      `SELECT count(*) AS n FROM command WHERE device_sn = ? AND state IN ('waiting', 'sent')`,
    );
    if (open.get(deviceSn)!.n >= MOST_WAITING) {
      throw new HipError('HIP_USAGE', `${MOST_WAITING} commands wait for device ${deviceSn} already.`, {
        suggestions: ['They go out when the device calls; hip devices shows when it last did.'],
      });
    }
    const add = this.#db.prepare<{ readonly id: number }>(
      `INSERT INTO command (device_sn, verb, text, state, created_at) VALUES (?, ?, ?, 'waiting', ?) RETURNING id`,
    );
    const { id } = add.get(deviceSn, verb, text, atMs)!;
    this.#changed();
    return String(id);
  }

  sent(ids: readonly string[], atMs: number): void {
    if (ids.length === 0) return;
    const mark = this.#db.prepare(`UPDATE command SET state = 'sent', sent_at = ?2, attempts = attempts + 1
      WHERE id = ?1 AND state IN ('waiting', 'sent')`);
    for (const id of ids) mark.run(idNumber(id), atMs);
    this.expire(atMs);
    this.#changed();
  }

  /** Users that a device lists go to the command that asked; nobody asked, and they go nowhere. */
  addUsers(users: readonly string[], sn: string, atMs: number): void {
    const find = this.#db.prepare<{ readonly id: number; readonly detail: string | null }>(
      `SELECT id, detail FROM command WHERE device_sn = ?1 AND verb = 'users'
        AND (state = 'sent' OR state = 'done' AND finished_at > ?2 - ${USERS_WITHIN_MS}) ORDER BY id DESC LIMIT 1`,
    );
    const asked = find.get(sn, atMs);
    if (!asked) return;
    const known = asked.detail === null ? [] : asked.detail.split('\n');
    const detail = [...new Set([...known, ...users])].join('\n');
    if (detail.length > MOST_DETAIL_CHARS) return;
    this.#db.prepare('UPDATE command SET detail = ? WHERE id = ?').run(detail, asked.id);
  }

  /** @param sn the device that answers; another device's answer changes nothing */
  finish(results: readonly CommandResult[], sn: string | null, atMs: number): void {
    if (results.length === 0) return;
    const mark = this.#db.prepare(`UPDATE command SET state = ?2, return_code = ?3,
      detail = coalesce(?4, detail), finished_at = ?5
      WHERE id = ?1 AND device_sn = coalesce(?6, device_sn) AND state IN ('waiting', 'sent', 'expired')`);
    for (const { id, returnCode, detail } of results) {
      // Above 0 is the count that a query brought (adms.md 11.3); words are faults.
      const state = Number(returnCode) >= 0 ? 'done' : 'failed';
      mark.run(idNumber(id), state, String(returnCode), detail, atMs, sn);
    }
    this.#changed();
  }

  expire(atMs: number): void {
    this.#db.prepare(`UPDATE command SET state = 'expired', finished_at = ?1 WHERE ${OVER}`).run(atMs);
  }

  /** True when it was open. */
  cancel(id: string, atMs: number): boolean {
    this.expire(atMs);
    const mark =
      this.#db.prepare(`UPDATE command SET state = 'expired', return_code = '${CANCELLED}', finished_at = ?2
      WHERE id = ?1 AND state IN ('waiting', 'sent')`);
    const { changes } = mark.run(idNumber(id), atMs);
    this.#changed();
    return changes > 0;
  }

  /** Forgets what is open or finished of a device. */
  removeOf(serialNumbers: readonly string[]): void {
    this.#db
      .prepare('DELETE FROM command WHERE device_sn IN (SELECT value FROM json_each(?))')
      .run(JSON.stringify(serialNumbers));
    this.#changed();
  }

  removeFinished(beforeMs: number): void {
    this.#db.prepare('DELETE FROM command WHERE finished_at < ?').run(beforeMs);
  }

  list(sn: string | undefined, nowMs: number): CommandRecord[] {
    const select = `SELECT id, device_sn, verb, text, iif(${OVER}, 'expired', state) AS state, created_at, sent_at,
      finished_at, return_code, detail, attempts FROM command`;
    const rows =
      sn === undefined
        ? this.#db.prepare<CommandRow>(`${select} ORDER BY id`).all(nowMs)
        : this.#db.prepare<CommandRow>(`${select} WHERE device_sn = ?2 ORDER BY id`).all(nowMs, sn);
    return rows.map(recordOf);
  }

  #changed(): void {
    this.#bump.run();
    this.#version = -1;
  }
}

/** The same rules as OVER: what the list shows as expired is not handed out. */
function isDue({ offer, createdAtMs, sentAtMs, attempts }: OpenCommand, nowMs: number): boolean {
  if (sentAtMs === null) return nowMs - createdAtMs <= FETCH_WITHIN_MS;
  const most = offer.verb === ONE_ATTEMPT ? 1 : MOST_ATTEMPTS;
  return attempts < most && nowMs - sentAtMs >= ANSWER_WITHIN_MS;
}

/** Ids are ours and decimal; what a device makes of them may be anything, and then matches none. */
function idNumber(id: string): number {
  return /^\d{1,15}$/.test(id) ? Number(id) : 0;
}

function recordOf(row: CommandRow): CommandRecord {
  return {
    id: String(row.id),
    deviceSn: row.device_sn,
    verb: row.verb,
    text: row.text,
    state: row.state,
    createdAt: isoText(row.created_at),
    sentAt: isoText(row.sent_at),
    finishedAt: isoText(row.finished_at),
    returnCode: row.return_code,
    detail: row.detail,
    attempts: row.attempts,
  };
}
