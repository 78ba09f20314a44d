import { isDeviceSn, type Suspicion, suspicionOf, type WallTime } from '../../punch.js';
import type { DialectContext, Reading, Reply, WireRequest } from '../dialect.js';
import { emptyReading, textReply } from '../dialect.js';
import type { LegacyEncoding } from './lines.js';
import type { Tally } from './tally.js';

/** One request to `/iclock/…` with its valid serial number: what all readers of this family are handed. */
export interface IclockCall {
  readonly sn: string;
  readonly request: WireRequest;
  readonly context: DialectContext;
}

export const OK: Reply = textReply(200, 'OK');
/**
 * Anything but 200 with a text that starts with `OK` makes the device keep its data and send it again; a V5L comes
 * back after about five seconds (adms.md 6, TOLAN).
 */
export const NOT_STORED: Reply = textReply(503, 'ERROR: could not store, send again');

const LANGUAGE_CHINESE = '83';
const NOTHING = {};

/** The code page of this device when its bytes are not UTF-8 (adms.md 8.7). */
export function legacyEncoding(call: IclockCall): LegacyEncoding {
  const language = call.request.query.get('language') ?? factOf(call, 'language');
  return language === LANGUAGE_CHINESE ? 'gb18030' : 'windows-874';
}

export function factOf(call: IclockCall, key: string): string | undefined {
  return call.context.device(call.sn)?.facts[key];
}

/** Our status number: the site's own meaning of the device's key if there is one, else the device's number. */
export function statusOf(call: IclockCall, text: string | undefined): number | null {
  const key = text?.trim() ?? '';
  const { statusMaps } = call.context.settings;
  const mapped = statusMaps.size === 0 ? undefined : statusMaps.get(call.sn)?.get(key);
  return mapped ?? codeOf(key);
}

/** A ZKTeco code number 0..255, else null; `raw` keeps what stood there. */
export function codeOf(text: string | undefined): number | null {
  const digits = text?.trim() ?? '';
  if (digits === '' || digits.length > 3) return null;
  let code = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = digits.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return null;
    code = code * 10 + digit;
  }
  return code <= 255 ? code : null;
}

/** `suspicionOf` without its arithmetic for the usual case, a time between 2020 and now. */
export function suspicionNow(wall: WallTime, wallNow: string): Suspicion | null {
  if (!wall.buddhistYear && wall.time >= '2020-01-01' && wall.time <= wallNow) return null;
  return suspicionOf(wall, wallNow);
}

/** What a body may bring beside its lines. */
export type ReadingExtra = Partial<Pick<Reading, 'facts' | 'stamps' | 'commandResults'>>;

/** A reading of this device from what the body held; written out, for every punch passes here. */
export function readingOf(
  sn: string | null,
  tally: Tally,
  stored: Reply,
  extra: ReadingExtra = NOTHING,
): Reading {
  return {
    deviceSn: sn,
    punches: tally.punches,
    ...tally.finish(),
    facts: extra.facts ?? NOTHING,
    stamps: extra.stamps ?? NOTHING,
    commandResults: extra.commandResults ?? [],
    commandsSent: [],
    ...(tally.users.length > 0 && { users: tally.users }),
    stored,
    notStored: NOT_STORED,
  };
}

/** A reading of a request that brought nothing to store but the device's presence. */
export function answer(sn: string | null, stored: Reply, extra: Partial<Reading> = {}): Reading {
  return { ...emptyReading(stored, NOT_STORED), deviceSn: sn, ...extra };
}

/** The serial number is all the identity there is, and it goes into replies (adms.md 3, CVE): null when invalid. */
export function serialNumber(request: WireRequest): string | null | undefined {
  const sn = request.query.get('sn');
  if (sn === undefined || sn === '') return undefined;
  return isDeviceSn(sn) ? sn : null;
}
