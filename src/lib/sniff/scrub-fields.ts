import { isSecretName } from '../dialects/iclock/secrets.js';
import { MIN_RUN, replaceRuns } from './hide.js';
import { blank, scrubSerial, scrubUserId } from './scrub-names.js';

/** `key=value` text, JSON and queries by the names of their fields. Bytes as Latin-1 text; lengths stay. */

const USER = /^(?:pin|user_?id|enroll_id|badgenumber)$/i;
const SERIAL = /^(?:sn|serialnumber|dev(?:ice)?_?(?:id|sn))$/i;
/** Of a person; `fk_name` and `~DeviceName` are the device's. */
const PERSONAL =
  /^(?:(?:user|first|last|emp)?_?name|address|birthday|gender|nation|issuer|(?:dn|sn|id)num|validinfo|additionalinfo|additional|notice|e?mail|phone|tel)$/i;
/** Only sounds like a secret. */
const HARMLESS = /stamp$|^content-?(?:type|length)$|^registrycode$/i;
/** Beside what the dialects call secret. */
const SECRET = /^(?:registrycode|sessionid|enroll_data)$/i;
/** `20260302080000-123.jpg`: the user behind the time (adms.md 8.3). */
const PHOTO_NAME = /^(\d{14}-)(.+?)((?:\.[A-Za-z]{3,4})?)$/;
/** No id, name or time is this long. */
const LONGEST = 1_024;

/** @param name of the field, without the mark `~` */
export function scrubValue(name: string, value: string): string {
  if (value === '' || /^0+$/.test(value) || /^BIN_\d+$/.test(value)) return value;
  if (value.length > LONGEST) return isReplaced(name) ? blank(value) : scrubRest(value);
  if (USER.test(name)) return scrubPhotoName(value) ?? scrubUserId(value);
  if (/^(?:filename|photo)$/i.test(name)) return scrubPhotoName(value) ?? blank(value);
  if (SERIAL.test(name)) return scrubSerial(value);
  return isBlanked(name) ? blank(value) : scrubRest(value);
}

/** Text that no field's name says anything about: runs of Base64 and all that is not ASCII, which names are. */
export function scrubRest(text: string): string {
  return replaceRuns(text, MIN_RUN, blank).replace(/[\x80-\xff]/g, 'x');
}

function isReplaced(name: string): boolean {
  return isBlanked(name) || USER.test(name) || SERIAL.test(name) || /^filename$/i.test(name);
}

function isBlanked(name: string): boolean {
  return PERSONAL.test(name) || SECRET.test(name) || (isSecretName(name) && !HARMLESS.test(name));
}

function scrubPhotoName(value: string): string | null {
  const [, time = '', user = '', end = ''] = PHOTO_NAME.exec(value) ?? [];
  if (time !== '') return `${time}${scrubUserId(user)}${end}`;
  return /^\d{14}\.[A-Za-z]{3,4}$/.test(value) ? value : null;
}

const KEY = /(?<![\w~])~?([A-Za-z]\w{0,63})=/g;
/** What ends any value. */
const HARD_END = /[\t\r\n&\0]|,(?=~?[A-Za-z]\w*=)/g;

/**
 * Every `key=value` in a text. A value goes to the next TAB, line end, `&` or comma before a key; where it is neither
 * blanked nor an id, keys inside it are looked at as well (`CMD=DATA UPDATE USERINFO PIN=1`).
 */
export function scrubFields(text: string): string {
  let out = '';
  let at = 0;
  KEY.lastIndex = 0;
  for (let key = KEY.exec(text); key !== null; key = KEY.exec(text)) {
    const valueAt = key.index + key[0].length;
    const name = key[1]!;
    const end = isBlanked(name) ? hardEnd(text, valueAt) : softEnd(text, valueAt);
    out += scrubRest(text.slice(at, valueAt)) + scrubValue(name, text.slice(valueAt, end));
    at = end;
    KEY.lastIndex = end;
  }
  return out + scrubRest(text.slice(at));
}

function hardEnd(text: string, from: number): number {
  HARD_END.lastIndex = from;
  return HARD_END.exec(text)?.index ?? text.length;
}

const SOFT_END = /[\t\r\n&\0]|[, ](?=~?[A-Za-z]\w*=)/g;

function softEnd(text: string, from: number): number {
  SOFT_END.lastIndex = from;
  return SOFT_END.exec(text)?.index ?? text.length;
}

/** JSON, whole or broken: by its texts and numbers, each under the last key before it. */
export function scrubJson(text: string): string {
  let out = '';
  let name = '';
  for (let at = 0; at < text.length; ) {
    const start = nextToken(text, at);
    out += scrubRest(text.slice(at, start));
    if (start === text.length) break;
    const isText = text[start] === '"';
    at = isText ? endOfText(text, start) : endOfNumber(text, start);
    const value = text.slice(start, at);
    // A text without its end: what it is nobody can tell.
    if (isText && (value.length < 2 || !value.endsWith('"'))) out += `"${blank(value.slice(1))}`;
    else if (!isText) out += scrubNumber(name, value);
    else if (isKey(text, at)) {
      name = value.slice(1, -1);
      out += value;
    } else out += `"${scrubText(name, value.slice(1, -1))}"`;
  }
  return out;
}

/** By hand, as photos make texts of megabytes, on which a regular expression runs out of stack. */
function nextToken(text: string, from: number): number {
  for (let at = from; at < text.length; at++) if (text[at] === '"' || isDigit(text, at)) return at;
  return text.length;
}

function endOfText(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '"') return at + 1;
  }
  return text.length;
}

function endOfNumber(text: string, start: number): number {
  let at = start;
  while (isDigit(text, at)) at++;
  return at;
}

function isDigit(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 48 && code <= 57;
}

function isKey(text: string, from: number): boolean {
  return /^\s*:/.test(text.slice(from, from + 16));
}

function scrubText(name: string, value: string): string {
  if (!value.includes('\\') || value.length > LONGEST || isBlanked(name)) return scrubValue(name, value);
  return value.replace(/(\\u[0-9a-fA-F]{4}|\\.)|[^\\]+/gs, (piece, escaped: string | undefined) =>
    escaped === undefined ? scrubValue(name, piece) : piece,
  );
}

function scrubNumber(name: string, digits: string): string {
  if (USER.test(name)) return scrubUserId(digits);
  return isBlanked(name) && !/^0+$/.test(digits) ? '1'.repeat(digits.length) : digits;
}

/** A query or a form; percent-encoding stays as it is. */
export function scrubQuery(query: string): string {
  return query.replace(/([^&=]*)=([^&]*)/g, (_, name: string, value: string) => {
    if (/^glog_data$/i.test(name)) return `${name}=${scrubPseudoJson(value)}`;
    if (!value.includes('%')) return `${name}=${scrubValue(name, value)}`;
    const pieces = value.replace(/(%[0-9a-fA-F]{2})|[^%]+/g, (piece, coded: string | undefined) =>
      coded === undefined ? scrubValue(name, piece) : isBlanked(name) ? '%78' : piece,
    );
    return `${name}=${pieces}`;
  });
}

/** `{enroll_id:12,…}`, encoded or not (fkweb.md 1.13). */
function scrubPseudoJson(text: string): string {
  return text.replace(
    /((?:enroll|user)_id(?:%22|")?(?::|%3a)(?:%22|"|%20|\+)*)([\w-]+)/gi,
    (_, key: string, id: string) => key + scrubUserId(id),
  );
}
