import type { Punch } from '../punch.js';
import type { Dialect, DialectContext, WireRequest } from './dialect.js';
import { codeOf, OK, readingOf, suspicionNow } from './iclock/call.js';
import { type PunchColumns, readColumns } from './iclock/columns.js';
import { eachLine } from './iclock/lines.js';
import { renderRaw } from './iclock/raw.js';
import { Tally } from './iclock/tally.js';

/**
 * The contract of hip's predecessor: a POST to any path with lines of `ID<TAB>time[<TAB>status[<TAB>verify]]`,
 * answered with a bare `OK` (HIPREPO, device_server.py). No serial number: its punches are unproven. Asked last.
 */
export function createPlainDialect(): Dialect {
  return { name: 'plain', claims, read };
}

const RULES = { lenient: false } as const;
/** Thai OEM software is the only known sender of bytes that are not UTF-8. */
const LEGACY = 'windows-874';

/** One line beyond doubt is enough: other POSTs that happen to hold a date must not be taken for punches. */
function claims(request: WireRequest): boolean {
  if (request.method !== 'POST' || request.body.length === 0) return false;
  let found = false;
  eachLine(request.body, LEGACY, (line) => {
    found = isBeyondDoubt(line.text);
    return found;
  });
  return found;
}

function isBeyondDoubt(line: string): boolean {
  const read = readColumns(line, RULES);
  return typeof read !== 'string' && hasCodes(read);
}

function hasCodes({ columns }: PunchColumns): boolean {
  return isCode(columns[2]) && isCode(columns[3]);
}

function isCode(text: string | undefined): boolean {
  return text === undefined || text.trim() === '' || codeOf(text) !== null;
}

function read(request: WireRequest, context: DialectContext) {
  const tally = new Tally();
  eachLine(request.body, LEGACY, (line) => {
    const columns = readColumns(line.text, RULES);
    if (typeof columns === 'string') tally.addUnread(columns, line);
    // Between TABs an odd status is still a punch; between blanks it may be any sentence with a date in it.
    else if (!line.text.includes('\t') && !hasCodes(columns)) tally.addUnread('status is no number', line);
    else tally.addPunch(createPunch(columns, line.text, context));
  });
  return readingOf(null, tally, OK);
}

function createPunch(read: PunchColumns, line: string, context: DialectContext): Punch {
  return {
    deviceSn: context.settings.plainDeviceSn,
    userId: read.userId,
    time: read.wall.time,
    status: codeOf(read.columns[2]),
    verify: codeOf(read.columns[3]),
    workCode: null,
    raw: renderRaw(line),
    suspect: suspicionNow(read.wall, context.wallNow),
    proven: false,
    precision: read.toMinute ? 'minute' : 'second',
  };
}
