import { parseWallTime } from '../../punch.js';
import type { Reading } from '../dialect.js';
import { textReply } from '../dialect.js';
import { type IclockCall, legacyEncoding, readingOf } from './call.js';
import { eachLine } from './lines.js';
import { stampsOf } from './stamps.js';
import { Tally } from './tally.js';

/**
 * Tagged lines: `OPLOG …`, `USER PIN=…`, `FP PIN=…` and the tables that carry the same lines under their own name
 * (adms.md 8.2, 8.5, 8.6). None of them is a punch; most of them hold what must not be kept (law 3).
 */

/** What a tag's line is; `count` is kept out of the totals of dropped data. */
const TAGS: Readonly<Record<string, string>> = {
  OPLOG: 'count',
  USER: 'user',
  USERINFO: 'user',
  EXTUSER: 'user',
  FP: 'fingerprint template',
  FINGERTMP: 'fingerprint template',
  TEMPLATE: 'fingerprint template',
  TEMPLATEV10: 'fingerprint template',
  FACE: 'face template',
  FACEV7: 'face template',
  FVEIN: 'finger vein template',
  FVTEMPLATE: 'finger vein template',
  BIODATA: 'biometric template',
  USERPIC: 'user photo',
  BIOPHOTO: 'user photo',
  ATTPHOTO: 'attendance photo',
  IDCARD: 'identity card',
  IDENTITYCARD: 'identity card',
  ERRORLOG: 'count',
};

const TAG = /^([A-Za-z][A-Za-z0-9_]{0,31})[ \t]/;
/** The whole value up to its TAB: what is glued to an id or a name by other separators may be a password. */
const USER_ID = /(?:^|[\t ])pin=([\w.@-]{1,64})(?:\t|$)/i;
const USER_NAME = /\tname=([^\t=&]{0,128})(?:\t|$)/i;
const PASSWORD = /(?:^|[\t ])(?:passwd|password)=([^\t ]+)/i;

export function isTaggedTable(table: string): boolean {
  return Object.hasOwn(TAGS, table);
}

/** OPERLOG and the tables of users, templates and photos: `OK: n`, or the device's queue blocks behind it. */
export function readTaggedTable(call: IclockCall, table: string): Reading {
  const tally = new Tally();
  const facts: Record<string, string> = {};
  let operated: string | null = null;
  eachLine(call.request.body, legacyEncoding(call), ({ text }) => {
    readTaggedLine(tally, { line: text, table });
    noteOperation(facts, text);
    operated = operationTime(text);
  });
  const reply = textReply(200, `OK: ${tally.heard}`);
  const reading = readingOf(call.sn, tally, reply, { facts, stamps: stampsOf(call.request, table) });
  // Several lines are what piled up while the line was down.
  return operated === null || tally.heard > 1
    ? reading
    : { ...reading, clock: { time: operated, kind: 'event' } };
}

/** @param row.table what a line without a tag of its own is taken for */
export function readTaggedLine(tally: Tally, row: { readonly line: string; readonly table: string }): void {
  const tag = tagOf(row.line);
  const known = tag !== null && Object.hasOwn(TAGS, tag) ? tag : row.table;
  const kind = Object.hasOwn(TAGS, known) ? TAGS[known]! : `${row.table} tag ${tag ?? 'without a name'}`;
  if (kind === 'count') tally.addSkipped();
  else if (kind === 'user') readUser(tally, row.line);
  else tally.addDropped(kind, row.line.length);
}

/** The tag in capitals; null when the line has none, so that no piece of its content is taken for a name. */
export function tagOf(line: string): string | null {
  return TAG.exec(line)?.[1]?.toUpperCase() ?? null;
}

function readUser(tally: Tally, line: string): void {
  tally.addSkipped();
  const id = USER_ID.exec(line)?.[1] ?? '';
  if (id !== '') tally.addUser(id, renderName(USER_NAME.exec(line)?.[1]));
  const password = PASSWORD.exec(line)?.[1];
  if (password !== undefined) tally.noteDropped('password', password.length);
}

function renderName(name = ''): string {
  return name.replace(/[\u0000-\u001f\u007f]/g, ' ').trim();
}

/**
 * When somebody did something at the device. Not for 0 and 1, which wait for the network to come up and go down, and
 * not for 21, of which nobody knows whether the old or the new time stands there.
 */
function operationTime(line: string): string | null {
  const [, operation = '', time = ''] = /^OPLOG (\d+)\t[^\t]*\t([^\t]{1,40})/.exec(line) ?? [];
  return /^(?:0|1|21)$/.test(operation) ? null : (parseWallTime(time)?.time ?? null);
}

/** 21: someone set the clock by hand; 13 and 23: someone erased punches on the device (adms.md 9.3). */
function noteOperation(facts: Record<string, string>, line: string): void {
  if (!line.startsWith('OPLOG ')) return;
  const [operation, , time = ''] = line.slice(6).split('\t', 3);
  if (operation !== '21' && operation !== '13' && operation !== '23') return;
  const at = time.length > 40 ? null : parseWallTime(time);
  if (at !== null) facts[operation === '21' ? 'clockSetAt' : 'punchesErasedAt'] = at.time;
}
