import { parseWallTime } from '../../punch.js';
import type { PendingCommand } from '../dialect.js';
import { parseJsonObject, textAt } from './json.js';
import { renderFkTime } from './time.js';

/**
 * hip's verbs in FK words (fkweb.md 1.11). Only reading, the clock and a restart are ever rendered (1.14): what
 * clears, writes or moves the device is not in the table, whatever the queue holds.
 *
 *   verb      text in the queue                                  cmd_code
 *   info      (unused)                                           GET_DEVICE_STATUS
 *   reboot    (unused)                                           RESET_FK
 *   set-time  (unused: filled from this PC's clock at hand-out)  SET_TIME
 *   resend    {"from":"YYYY-MM-DD HH:MM:SS","to":…}, either may  GET_LOG_DATA
 *             be missing; ADMS's StartTime=… EndTime=… as well
 *   users     (unused)                                           GET_USER_ID_LIST
 *   raw       one of the codes below and its JSON parameters     itself
 */
export interface FkCommand {
  readonly code: string;
  /** Null for an empty body. */
  readonly parameters: Readonly<Record<string, unknown>> | null;
  /** False for a restart: the device is gone before it could answer. */
  readonly isAnswered: boolean;
}

/** What the hand-out knows of the moment and the device. */
export interface HandOut {
  /** `YYYY-MM-DD HH:MM:SS` */
  readonly wallNow: string;
  /** The generation with `dev_model` has other names for the parameters. */
  readonly isPlain: boolean;
}

/** Codes that may be handed out by name; none of them changes or removes anything but the clock. */
const RAW_CODES = /^(GET_LOG_DATA|GET_USER_ID_LIST|GET_USER_INFO|GET_DEVICE_STATUS|SET_TIME|RESET_FK)$/;
const ENCODER = new TextEncoder();

/** Null when this family has no such command, or hip does not hand it out. */
export function renderCommand(command: PendingCommand, handOut: HandOut): FkCommand | null {
  switch (command.verb) {
    case 'info':
      return ask('GET_DEVICE_STATUS', null);
    case 'reboot':
      return { code: 'RESET_FK', parameters: null, isAnswered: false };
    case 'set-time':
      return renderSetTime(handOut.wallNow);
    case 'resend':
      return ask('GET_LOG_DATA', renderRange(command.text, handOut.isPlain));
    case 'users':
      return ask('GET_USER_ID_LIST', null);
    case 'raw':
      return renderRaw(command.text, handOut);
    default:
      return null;
  }
}

export function renderSetTime(wallNow: string): FkCommand {
  return ask('SET_TIME', { time: renderFkTime(wallNow) });
}

/** Column of 16 characters on the vendor's side; hip's ids are decimal numbers. */
export function isCommandId(id: string): boolean {
  return /^\d{1,16}$/.test(id);
}

function ask(code: string, parameters: FkCommand['parameters']): FkCommand {
  return { code, parameters, isAnswered: true };
}

/** Either end may be missing; none of both asks for all the device holds. */
function renderRange(text: string, isPlain: boolean): FkCommand['parameters'] {
  const { json } = parseJsonObject(ENCODER.encode(text));
  const said = (jsonKey: string, admsKey: RegExp) =>
    (json === null ? admsKey.exec(text)?.[1] : textAt(json, jsonKey)) ?? '';
  const from = parseWallTime(said('from', /StartTime=([\d\-: ]+)/i));
  const to = parseWallTime(said('to', /EndTime=([\d\-: ]+)/i));
  const names = isPlain ? ['beginTime', 'endTime'] : ['begin_time', 'end_time'];
  const parameters = {
    ...(from === null ? {} : { [names[0]!]: renderFkTime(from.time) }),
    ...(to === null ? {} : { [names[1]!]: renderFkTime(to.time) }),
    // The other software at the site counts on the device's mark of what is new: it must stay where it is.
    ...(isPlain ? { newLog: false, clearMark: false } : {}),
  };
  return Object.keys(parameters).length === 0 ? null : parameters;
}

function renderRaw(text: string, handOut: HandOut): FkCommand | null {
  const [, code = '', rest = ''] = /^\s*([A-Z_]{1,40})\s*(.*)$/s.exec(text) ?? [];
  if (!RAW_CODES.test(code)) return null;
  if (code === 'RESET_FK') return { code, parameters: null, isAnswered: false };
  if (code === 'SET_TIME') return renderSetTime(handOut.wallNow);
  if (rest === '') return ask(code, null);
  const { json } = parseJsonObject(ENCODER.encode(rest));
  if (json === null) return null;
  // No parameter of these commands nests.
  return ask(code, Object.fromEntries(Object.entries(json).filter(([, value]) => typeof value !== 'object')));
}
