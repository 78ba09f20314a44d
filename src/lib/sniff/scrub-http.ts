import type { SniffedReply } from './exchange.js';
import { scrubJson, scrubQuery, scrubRest } from './scrub-fields.js';
import { scrubFrame } from './scrub-frame.js';
import { bytesOf, latin1, scrubText } from './scrub-lines.js';
import { blank, scrubSerial } from './scrub-names.js';

/** Request line, headers and replies. Lengths stay. */

const SERIAL_HEADER = /^(?:dev_id|device_id|sn)$/i;
const SECRET_HEADER = /token|auth|cookie|secret|pass|key/i;
/** In a scrubbed capture all replies were given at one time, so that two captures of the same traffic are equal. */
const NO_DATE = 'Thu, 01 Jan 1970 00:00:00 GMT';
/** A path in front of `/iclock` can be a shared secret (adms.md 13); shorter ones are names. */
const MIN_SECRET_SEGMENT = 8;

export function scrubTarget(target: string): string {
  const mark = target.indexOf('?');
  const path = mark < 0 ? target : target.slice(0, mark);
  const query = mark < 0 ? '' : `?${scrubQuery(target.slice(mark + 1))}`;
  return scrubRest(scrubPath(path)) + query;
}

function scrubPath(path: string): string {
  const bare = path.replace(/^([a-z][a-z0-9+.-]*:\/\/)([^/@]*)@/i, (_, scheme: string, login: string) => {
    return `${scheme}${blank(login)}@`;
  });
  const root = bare.toLowerCase().lastIndexOf('/iclock/');
  const start = /^[a-z][a-z0-9+.-]*:\/\/[^/]*/i.exec(bare)?.[0].length ?? 0;
  if (root <= start) return bare;
  const prefix = bare
    .slice(start, root)
    .replace(/[^/]+/g, (segment) => (segment.length < MIN_SECRET_SEGMENT ? segment : blank(segment)));
  return bare.slice(0, start) + prefix + bare.slice(root);
}

export function scrubHeaders(rawHeaders: readonly string[]): string[] {
  return rawHeaders.map((text, i) => (i % 2 === 0 ? text : scrubHeader(rawHeaders[i - 1]!, text)));
}

function scrubHeader(name: string, value: string): string {
  if (SERIAL_HEADER.test(name)) return scrubSerial(value);
  if (SECRET_HEADER.test(name)) return value.replace(/[^\s;,=]+/g, blank);
  if (/^date$/i.test(name)) return NO_DATE;
  if (/^(?:referer|location)$/i.test(name)) return scrubTarget(value);
  return scrubRest(value);
}

/** @param serials serial numbers of the exchange, to be replaced wherever they stand */
export function scrubReply(reply: SniffedReply, serials: readonly string[]): SniffedReply {
  const rawHeaders = scrubHeaders(reply.rawHeaders);
  const text = latin1(reply.body);
  const isFrame = reply.rawHeaders.some((name, i) => i % 2 === 0 && /^response_code$/i.test(name));
  const body = isFrame || text.startsWith('{') ? latin1(scrubFkBody(reply.body)) : scrubText(text);
  const bytes = bytesOf(withoutSerials(body, serials));
  const head = `HTTP/${reply.httpVersion} ${reply.status} ${reply.reason}\r\n${renderHeaders(rawHeaders)}\r\n`;
  return { ...reply, rawHeaders, body: bytes, bytes: Buffer.concat([bytesOf(head), bytes]) };
}

function scrubFkBody(body: Uint8Array): Buffer {
  const text = latin1(body);
  return /^[\x09-\x7e]*$/.test(text) ? bytesOf(scrubJson(text)) : scrubFrame(body, '');
}

export function renderHeaders(rawHeaders: readonly string[]): string {
  let text = '';
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) text += `${rawHeaders[i]}: ${rawHeaders[i + 1]}\r\n`;
  return text;
}

/** Too short to be replaced wherever they stand: they would be found in everything. */
const MIN_SERIAL = 6;

export function withoutSerials(text: string, serials: readonly string[]): string {
  return serials.reduce((rest, serial) => {
    if (serial.length < MIN_SERIAL || !rest.includes(serial)) return rest;
    const whole = new RegExp(`(?<![A-Za-z0-9])${serial}(?![A-Za-z0-9])`, 'g');
    return rest.replace(whole, scrubSerial(serial));
  }, text);
}
