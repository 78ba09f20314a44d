import { isDeviceSn } from '../../punch.js';
import type { DialectContext, Reading, WireRequest } from '../dialect.js';
import { emptyReading, textReply } from '../dialect.js';
import { renderRaw } from '../iclock/raw.js';
import { unreadBytes } from './evidence.js';
import { createGlogContext, readGlogJson } from './glog.js';
import { NO_DEVICE } from './replies.js';

/**
 * The generation before `FKDataHS` (fkweb.md 1.13, firmware source of 2014/15): parameters in a query or a form,
 * punches as unquoted pseudo-JSON, and an answer in which the firmware looks for a `result` that contains OK. Its
 * punches and polls are served; commands to it are not.
 */

const ENCODER = new TextEncoder();
const DECODER = new TextDecoder();
const OK = textReply(200, '{result:OK}');
const TRY_AGAIN = textReply(200, '{result:ERROR_DB_ACCESS}');
const NOTHING = textReply(200, '{result:ERROR_NO_CMD}');
const UNKNOWN = textReply(200, '{result:ERROR_INVLAID_REQUEST_CODE}');
/** The answer buffer of that firmware is 4 KB, and what it sends is of the same order. */
const MAX_FORM_BYTES = 65_536;

export function isFormRequest(request: WireRequest): boolean {
  if (request.query.has('sn')) return false;
  const form = formOf(request);
  return form.has('page_id') && form.has('device_id');
}

export function readForm(request: WireRequest, context: DialectContext): Reading {
  const form = formOf(request);
  const deviceSn = (form.get('device_id') ?? '').trim();
  if (!isDeviceSn(deviceSn)) return emptyReading(NO_DEVICE);
  const page = form.get('page_id')?.toLowerCase();
  if (page === 'realtime_glog')
    return { ...readPunch(form.get('glog_data') ?? '', deviceSn, context), deviceSn };
  if (page === 'receive_cmd') return { ...emptyReading(NOTHING), deviceSn };
  if (page?.startsWith('send_cmd_result')) return { ...emptyReading(OK), deviceSn, lines: 1, skipped: 1 };
  return { ...emptyReading(UNKNOWN), deviceSn };
}

function readPunch(text: string, deviceSn: string, context: DialectContext): Reading {
  const reading = { ...emptyReading(OK, TRY_AGAIN), lines: 1 };
  const fields = parsePseudoJson(text);
  const json = { ...fields, user_id: fields.enroll_id ?? fields.user_id };
  const { punch, reason } = readGlogJson(json, '', createGlogContext(deviceSn, context));
  return punch === null
    ? { ...reading, unread: [unreadBytes(reason, ENCODER.encode(text))] }
    : { ...reading, punches: [{ ...punch, raw: renderRaw(text) }] };
}

/** `{enroll_id:12,io_time:20150325080102}`; a value ends at the comma, so a time may hold colons. */
function parsePseudoJson(text: string): Record<string, string> {
  const fields: Record<string, string> = {};
  const inner = text.trim().replace(/^\{/, '').replace(/\}$/, '');
  for (const pair of inner.slice(0, MAX_FORM_BYTES).split(',')) {
    const colon = pair.indexOf(':');
    if (colon > 0) fields[unquote(pair.slice(0, colon))] = unquote(pair.slice(colon + 1));
  }
  return fields;
}

function unquote(text: string): string {
  return text.trim().replace(/^"/, '').replace(/"$/, '');
}

/** The query, or the form of a POST that declares itself one. */
function formOf(request: WireRequest): ReadonlyMap<string, string> {
  if (request.query.has('page_id')) return request.query;
  const type = request.headers.get('content-type') ?? '';
  if (request.method !== 'POST' || !/x-www-form-urlencoded/i.test(type)) return new Map();
  if (request.body.length > MAX_FORM_BYTES) return new Map();
  const pairs = new URLSearchParams(DECODER.decode(request.body));
  return new Map([...pairs].map(([name, value]) => [name.toLowerCase(), value]));
}
