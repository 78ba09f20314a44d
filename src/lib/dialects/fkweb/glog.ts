import { isUserId, type Punch, suspicionOf } from '../../punch.js';
import type { DialectContext } from '../dialect.js';
import { isObject, textAt } from './json.js';
import { statusOf } from './status.js';
import { type FkTime, parseFkTime } from './time.js';
import { verifyOf } from './verify.js';

/** One punch as FK firmware writes it in JSON, in either set of names (fkweb.md 1.6). */

export interface GlogContext {
  readonly deviceSn: string;
  readonly wallNow: string;
  readonly statusMap: ReadonlyMap<string, number> | undefined;
  /** The device's `fk_bin_data_lib` from earlier contacts; what a message says itself goes first. */
  readonly library: string | null;
}

export type ReadGlog =
  | { readonly punch: Punch; readonly reason: null }
  | { readonly punch: null; readonly reason: string };

/** What a punch says, decoded from JSON or from a binary layout. */
export interface SaidPunch {
  readonly userId: string;
  readonly time: FkTime | null;
  readonly ioMode: string | null;
  readonly inOut: string | null;
  readonly verifyMode: string | null;
  readonly workCode: string | null;
  readonly library: string | null;
  /** Asked for only when it is a punch. */
  readonly raw: () => string;
}

/** Fields that go into `raw`; photos, names and whatever else a message holds stay out. */
const RAW_KEYS = new Set([
  'fk_bin_data_lib',
  'user_id',
  'userId',
  'io_time',
  'time',
  'io_mode',
  'ioMode',
  'inOut',
  'verify_mode',
  'verifyMode',
  'doorMode',
  'door_mode',
  'work_code',
  'workCode',
  'temperature',
]);
const MAX_RAW_VALUE = 128;

export function createGlogContext(deviceSn: string, context: DialectContext): GlogContext {
  return {
    deviceSn,
    wallNow: context.wallNow,
    statusMap: context.settings.statusMaps.get(deviceSn),
    library: context.device(deviceSn)?.facts.library || null,
  };
}

/** @param text the JSON as it came, for a user id that is a number too long for a double */
export function readGlogJson(
  json: Readonly<Record<string, unknown>>,
  text: string,
  context: GlogContext,
): ReadGlog {
  const userId = userIdOf(json, text);
  const time = textAt(json, 'io_time', 'time');
  return createPunch(
    {
      userId: userId ?? '',
      time: time === null ? null : parseFkTime(time),
      ioMode: textAt(json, 'io_mode', 'ioMode'),
      inOut: textAt(json, 'inOut', 'in_out'),
      verifyMode: textAt(json, 'verify_mode', 'verifyMode'),
      workCode: textAt(json, 'work_code', 'workCode'),
      library: textAt(json, 'fk_bin_data_lib'),
      raw: () => renderRaw(json, userId),
    },
    context,
  );
}

/** True when JSON holds what a punch can't be without: who and when. */
export function isGlogJson(value: unknown): value is Readonly<Record<string, unknown>> {
  return (
    isObject(value) && ('user_id' in value || 'userId' in value) && ('io_time' in value || 'time' in value)
  );
}

export function createPunch(said: SaidPunch, context: GlogContext): ReadGlog {
  if (said.userId.trim() === '') return unusable('user id is empty');
  // 0 is what the family writes for door events that no person made.
  if (/^0+$/.test(said.userId)) return unusable('user id is 0');
  // U+FFFD stands for bytes that are not UTF-8: two different people could become one.
  if (!isUserId(said.userId) || said.userId.includes('\uFFFD')) return unusable('user id is not readable');
  if (said.time === null) return unusable('time is not a date');
  const library = said.library ?? context.library;
  const direction = { ioMode: said.ioMode, inOut: said.inOut, library };
  const punch: Punch = {
    deviceSn: context.deviceSn,
    userId: said.userId,
    time: said.time.time,
    status: statusOf(direction, context.statusMap),
    verify: verifyOf(said.verifyMode, library),
    workCode: workCodeOf(said.workCode),
    raw: said.raw(),
    suspect: suspicionOf(said.time, context.wallNow),
    proven: true,
    precision: said.time.precision,
  };
  return { punch, reason: null };
}

function unusable(reason: string): ReadGlog {
  return { punch: null, reason };
}

/** `''` and `0` are what firmware writes when work codes are not used. */
function workCodeOf(text: string | null): string | null {
  const code = text?.trim() ?? '';
  return code === '' || code === '0' ? null : code.slice(0, MAX_RAW_VALUE);
}

function userIdOf(json: Readonly<Record<string, unknown>>, text: string): string | null {
  const value = json.user_id ?? json.userId;
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return textAt(json, 'user_id', 'userId');
  return /"user_?[iI]d"\s{0,8}:\s{0,8}(\d{1,64})\s{0,8}[,}]/.exec(text)?.[1] ?? null;
}

function renderRaw(json: Readonly<Record<string, unknown>>, userId: string | null): string {
  const kept = Object.entries(json).flatMap(([key, value]) => {
    if (!RAW_KEYS.has(key)) return [];
    if (typeof value === 'string') return [[key, value.slice(0, MAX_RAW_VALUE)]];
    if (typeof value !== 'number') return [];
    return [[key, Number.isSafeInteger(value) || !/^user_?id$/i.test(key) ? value : userId]];
  });
  return JSON.stringify(Object.fromEntries(kept));
}
