import { isUserId, type Punch, parseWallTime, type WallTime } from '../../punch.js';
import { codeOf, type IclockCall, statusOf, suspicionNow } from './call.js';
import type { Line } from './lines.js';
import { unpackTime } from './packed-time.js';
import { renderRaw } from './raw.js';
import type { Tally } from './tally.js';
import { codeOfMask, isVerifyMask } from './verify-mask.js';

/**
 * Door events of access control firmware, one `key=value` row each (adms.md 12): `rtlog` as they happen,
 * `transaction` when asked for. The two name the same things differently.
 */

const NAMES: Readonly<Record<string, string>> = {
  pin: 'pin',
  time: 'time',
  time_second: 'packedTime',
  event: 'event',
  eventtype: 'event',
  inoutstatus: 'inOut',
  inoutstate: 'inOut',
  verifytype: 'verify',
  verified: 'verify',
  cardno: 'card',
};

/** `inoutstatus` 2 is a reader without a direction. */
const IN_OUT: Readonly<Record<string, string>> = { '2': '255' };
/** A row has about 20 fields. */
const MAX_FIELDS = 64;

type Row = Readonly<Record<string, string | undefined>>;

export function readEventLine(call: IclockCall, tally: Tally, line: Line): void {
  const row = parseRow(line.text);
  const fault = row === null ? 'event is not key=value' : readEvent(call, tally, { row, line: line.text });
  if (fault !== null) tally.addUnread(fault, line);
}

/** Null when the row was taken, else why it could not be read. */
function readEvent(
  call: IclockCall,
  tally: Tally,
  { row, line }: { readonly row: Row; readonly line: string },
): string | null {
  const pin = row.pin ?? '';
  const event = row.event ?? '';
  if (!/^\d{1,5}$/.test(event)) return 'event number is missing';
  // Doors, buttons and alarms carry no person; refused people are no punch either.
  if (pin === '' || pin === '0' || !isGranted(Number(event))) {
    tally.addSkipped();
    return null;
  }
  if (!isUserId(pin) || pin.includes('\ufffd')) return 'user id has unreadable characters';
  const wall = timeOf(row);
  if (wall === null) return 'time is not a date';
  tally.addPunch(createPunch(call, { row, line, pin, wall }));
  return null;
}

function createPunch(
  call: IclockCall,
  read: { readonly row: Row; readonly line: string; readonly pin: string; readonly wall: WallTime },
): Punch {
  const { row, line, pin, wall } = read;
  const inOut = row.inOut ?? '';
  const card = row.card ?? '';
  return {
    deviceSn: call.sn,
    userId: pin,
    time: wall.time,
    status: statusOf(call, IN_OUT[inOut] ?? inOut),
    verify: verifyOf(row.verify ?? ''),
    workCode: null,
    raw: renderRaw(card.length > 1 && card !== pin ? hideCard(line) : line),
    suspect: suspicionNow(wall, call.context.wallNow),
    proven: true,
    precision: 'second',
  };
}

function parseRow(line: string): Row | null {
  const row: Record<string, string> = {};
  let fields = 0;
  for (const field of line.split('\t', MAX_FIELDS)) {
    const equals = field.indexOf('=');
    if (equals < 0) continue;
    fields++;
    // The first field of a transaction row stands behind the table's name and a blank.
    const name = field.slice(0, equals).trim().toLowerCase();
    const key = NAMES[name.slice(name.lastIndexOf(' ') + 1)];
    if (key !== undefined) row[key] ??= field.slice(equals + 1).trim();
  }
  return fields === 0 ? null : row;
}

/** 0-19 and 200-253 are normal events, 4000-4999 extended normal ones; the rest is refused, alarm or fault. */
function isGranted(event: number): boolean {
  return event <= 19 || (event >= 200 && event <= 253) || (event >= 4000 && event <= 4999);
}

function timeOf(row: Row): WallTime | null {
  const { time, packedTime } = row;
  if (time !== undefined && time !== '' && time.length <= 40) return parseWallTime(time);
  return packedTime === undefined ? null : unpackTime(packedTime);
}

function verifyOf(text: string): number | null {
  return isVerifyMask(text) ? codeOfMask(text) : codeOf(text);
}

function hideCard(line: string): string {
  return line.replace(/\bcardno=[^\t]*/i, 'cardno=***');
}
