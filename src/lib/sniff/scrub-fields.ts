import { isSecretName } from '../dialects/iclock/secrets.js';
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
const LONG_BASE64 = /[A-Za-z0-9+/_-]{96,}={0,2}/g;

/** @param name of the field, without the mark `~` */
export function scrubValue(name: string, value: string): string {
  if (value === '' || /^0+$/.test(value) || /^BIN_\d+$/.test(value)) return value;
  if (USER.test(name)) return scrubPhotoName(value) ?? scrubUserId(value);
  if (/^(?:filename|photo)$/i.test(name)) return scrubPhotoName(value) ?? blank(value);
  if (SERIAL.test(name)) return scrubSerial(value);
  return isBlanked(name) ? blank(value) : scrubRest(value);
}

/** Text that no field's name says anything about: runs of Base64 and all that is not ASCII, which names are. */
export function scrubRest(text: string): string {
  return text.replace(LONG_BASE64, blank).replace(/[\x80-\xff]/g, 'x');
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

const JSON_TOKEN = /"((?:[^"\\]|\\.)*)"(\s*:)?|\d+/gs;

/** JSON, whole or broken: by its tokens, each under the last key before it. */
export function scrubJson(text: string): string {
  let out = '';
  let at = 0;
  let name = '';
  for (const token of text.matchAll(JSON_TOKEN)) {
    out += scrubRest(text.slice(at, token.index));
    at = token.index + token[0].length;
    const [whole, value, colon] = token;
    if (value === undefined) out += scrubNumber(name, whole);
    else if (colon !== undefined) {
      name = value;
      out += whole;
    } else out += `"${scrubText(name, value)}"`;
  }
  const rest = text.slice(at);
  const quote = rest.indexOf('"');
  // A text without its end: what it is nobody can tell.
  return (
    out + (quote < 0 ? scrubRest(rest) : scrubRest(rest.slice(0, quote + 1)) + blank(rest.slice(quote + 1)))
  );
}

function scrubText(name: string, value: string): string {
  if (!value.includes('\\') || isBlanked(name)) return scrubValue(name, value);
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
