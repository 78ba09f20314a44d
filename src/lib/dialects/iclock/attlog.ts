import type { Punch } from '../../punch.js';
import type { Reading } from '../dialect.js';
import { textReply } from '../dialect.js';
import {
  codeOf,
  factOf,
  type IclockCall,
  legacyEncoding,
  readingOf,
  statusOf,
  suspicionNow,
} from './call.js';
import { readColumns } from './columns.js';
import { eachLine, type Line } from './lines.js';
import { renderRaw } from './raw.js';
import { stampsOf } from './stamps.js';
import { Tally } from './tally.js';

const RULES = { lenient: true } as const;
/** An ID card number in column 8 (15 or 18 characters, the last may be X) marks a `pid` terminal (adms.md 8.1). */
const ID_NUMBER = /^\d{14,17}[\dXx]$/;
/** A mask flag is 0, 1 or 255; whatever is longer in that column is about the person. */
const MAX_MASK_FLAG = 4;

/**
 * Attendance lines. Good ones become punches, the others go to quarantine, and all of them are acknowledged: a lower
 * count or an error makes the device send the whole batch for ever (adms.md 7, TIMEBR).
 */
export function readAttlog(call: IclockCall): Reading {
  const tally = new Tally();
  eachLine(call.request.body, legacyEncoding(call), (line) => readPunchLine(call, tally, line));
  const reply = textReply(200, `OK: ${tally.heard}`);
  return readingOf(call.sn, tally, reply, { stamps: stampsOf(call.request, 'ATTLOG') });
}

export function readPunchLine(call: IclockCall, tally: Tally, line: Line): void {
  const read = readColumns(line.text, RULES);
  if (typeof read === 'string') {
    tally.addUnread(read, line);
    return;
  }
  const { columns } = read;
  const maskOrId = columns[7]?.trim() ?? '';
  const hidden = maskOrId.length > MAX_MASK_FLAG ? [maskOrId] : undefined;
  // On pid terminals type 1 is an identity check: its status means passed or failed, not in or out.
  if (columns[8]?.trim() === '1' && isIdCardLine(call, maskOrId)) {
    tally.addSkipped();
    return;
  }
  const punch: Punch = {
    deviceSn: call.sn,
    userId: read.userId,
    time: read.wall.time,
    status: statusOf(call, columns[2]),
    verify: codeOf(columns[3]),
    workCode: workCodeOf(columns[4]),
    raw: renderRaw(line.text, hidden),
    suspect: suspicionNow(read.wall, call.context.wallNow),
    proven: true,
    precision: read.toMinute ? 'minute' : 'second',
  };
  tally.addPunch(punch);
}

function isIdCardLine(call: IclockCall, maskOrId: string): boolean {
  if (ID_NUMBER.test(maskOrId)) return true;
  const deviceType = call.request.query.get('devicetype') ?? factOf(call, 'deviceType');
  return deviceType?.toLowerCase() === 'pid';
}

function workCodeOf(text: string | undefined): string | null {
  const code = text?.trim() ?? '';
  return code === '' || code.length > 64 ? null : renderRaw(code);
}
