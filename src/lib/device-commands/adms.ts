import type { PendingCommand } from '../dialects/dialect.js';
import { packTime } from '../dialects/iclock/packed-time.js';
import { wallSeconds } from '../punch.js';
import { type CommandRange, isVerb, parseRange, type Verb } from './verbs.js';

/** hip's verbs in the words of the `/iclock/` family (adms.md 11.2, 12), each rendered when it is handed out. */
export interface AdmsMoment {
  /** `YYYY-MM-DD HH:MM:SS` */
  readonly wallNow: string;
  /** Access control firmware (`DeviceType=acc`) has words of its own. */
  readonly isAccess: boolean;
}

/** Before any punch; the factory date of clocks without power is 2000-01-01. */
const OPEN_FROM = '2000-01-01 00:00:00';
/** The last full day of a signed 32-bit clock, which these terminals have. */
const OPEN_TO = '2037-12-31 23:59:59';

/**
 * Commands of other hands that may go out as they stand: they read, restart or look at the clock. All that clears,
 * writes, enrols, unlocks or runs code is left out (adms.md 11.2).
 */
const HARMLESS =
  /^(?:INFO|CHECK|LOG|REBOOT|RELOAD OPTIONS|DATA (?:QUERY|COUNT) \S.*|VERIFY SUM ATTLOG \S.*|GET OPTIONS? \S.*|SET OPTIONS? DateTime=\d{1,10}|CONTROL DEVICE 0*3000000)$/;

const ACCESS_FACTS = '~SerialNumber,FirmVer,~DeviceName,LockCount,IPAddress,MAC,UserCount,TransactionCount';

/** What goes behind `C:<id>:`; null when this family has no such command, or hip does not hand it out. */
export function renderAdms(command: PendingCommand, moment: AdmsMoment): string | null {
  if (!isVerb(command.verb)) return harmless(command.text);
  const range = parseRange(command.text) ?? rangeOfAdms(command.text);
  return moment.isAccess ? accessText(command.verb, moment) : attendanceText(command.verb, range);
}

/**
 * A clock is set by CHECK: the firmware takes the time from the `Date` header of the handshake that follows, in the
 * zone the handshake names (SPEC-ATT, PUSH201, and the vendor's public push client). `SET OPTION DateTime` only
 * stores an option in that client, and nobody knows for which firmware its number is UTC.
 */
function attendanceText(verb: Verb, range: CommandRange): string {
  switch (verb) {
    case 'info':
      return 'INFO';
    case 'reboot':
      return 'REBOOT';
    case 'set-time':
      return 'CHECK';
    case 'resend':
      return `DATA QUERY ATTLOG ${renderWindow(range)}`;
    case 'count':
      return `VERIFY SUM ATTLOG ${renderWindow(range)}`;
    case 'users':
      return 'DATA QUERY USERINFO';
  }
}

/**
 * A range is not rendered: no source says how its filter is written, and what comes twice is one punch.
 * The time is packed as the device's own wall clock, as four public servers with such devices do.
 */
function accessText(verb: Verb, { wallNow }: AdmsMoment): string | null {
  switch (verb) {
    case 'info':
      return `GET OPTIONS ${ACCESS_FACTS}`;
    case 'reboot':
      return 'CONTROL DEVICE 03000000';
    case 'set-time':
      return `SET OPTIONS DateTime=${packTime(new Date(wallSeconds(wallNow) * 1000))}`;
    case 'resend':
      return 'DATA QUERY tablename=transaction,fielddesc=*,filter=*';
    case 'users':
      return 'DATA QUERY tablename=user,fielddesc=*,filter=*';
    case 'count':
      return null;
  }
}

/** The one TAB that a command of ours has. */
function renderWindow({ from = OPEN_FROM, to = OPEN_TO }: CommandRange): string {
  return `StartTime=${from}\tEndTime=${to}`;
}

function rangeOfAdms(text: string): CommandRange {
  const [from, to] = [/StartTime=([\d\-: ]{19})/, /EndTime=([\d\-: ]{19})/].map((end) => end.exec(text)?.[1]);
  return { ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
}

/** A line end would start a second command; TABs are the device's own separators and stay. */
function harmless(text: string): string | null {
  const line = text.replace(/[\u0000-\u0008\u000a-\u001f\u007f]+/g, ' ').trim();
  return HARMLESS.test(line) ? line : null;
}
