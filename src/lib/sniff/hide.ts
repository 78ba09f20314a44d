import { isSecretName } from '../dialects/iclock/secrets.js';

/** Text for a screen: without passwords, keys, templates and photos, and without what a terminal would obey. */

/** A comma ends a value only where a key follows: `CommKey=1,IPAddress=…`. */
const FIELD = /([~\w-]{1,64})("?[ ]{0,8}[=:][ ]{0,8}"?)((?:(?!,~?[A-Za-z]\w*=)[^\t\r\n"&])+)/g;
/** Base64 of this length is a template or a picture, whatever its field is called. */
export const MIN_RUN = 96;
/** No screen shows more of one text. */
const MOST_SHOWN = 16_384;
const MAX_DEPTH = 4;
/** Names that only sound like secrets: `ATTPHOTOStamp`, `Content-Type`. */
const HARMLESS_NAME = /stamp$|^content-(?:type|length)$/i;
const SECRET_HEADER = /^(?:set-)?cookie$|authorization$/i;
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe]/g;

export function hide(text: string): string {
  const shown = text.length <= MOST_SHOWN ? text : text.slice(0, MOST_SHOWN);
  const hidden = replaceFields(shown, () => '***');
  const plain = replaceRuns(hidden, MIN_RUN, (run) => `(${run.length} characters)`);
  return shown.length === text.length ? plain : `${plain}… (${text.length - shown.length} characters more)`;
}

/** The same with every hidden character as `*`: for bytes, whose number counts. */
export function cover(text: string): string {
  const stars = (hidden: string): string => '*'.repeat(hidden.length);
  return replaceRuns(replaceFields(text, stars), MIN_RUN, stars);
}

/**
 * Replaces runs of Base64 of at least this length, padding included. By hand: a regular expression runs out of stack
 * on a run of some megabytes.
 */
export function replaceRuns(text: string, minLength: number, replace: (run: string) => string): string {
  let out = '';
  let taken = 0;
  for (let at = 0; at < text.length; at++) {
    if (!isBase64(text.charCodeAt(at))) continue;
    const start = at;
    while (at < text.length && isBase64(text.charCodeAt(at))) at++;
    while (at < text.length && text[at] === '=') at++;
    if (at - start < minLength) continue;
    out += text.slice(taken, start) + replace(text.slice(start, at));
    taken = at;
  }
  return taken === 0 ? text : out + text.slice(taken);
}

function isBase64(code: number): boolean {
  const isLetter = (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
  // `+`, `/` and digits; `-` and `_` of the form for addresses.
  return isLetter || (code >= 47 && code <= 57) || code === 43 || code === 45 || code === 95;
}

function replaceFields(text: string, replace: (value: string) => string, depth = 0): string {
  return text.replace(FIELD, (_, name: string, equals: string, value: string) => {
    // Deeper than `CMD=DATA UPDATE USERINFO Passwd=…` in a header nothing nests.
    if (isHidden(name, value) || depth === MAX_DEPTH) return `${name}${equals}${replace(value)}`;
    return `${name}${equals}${/[=:]/.test(value) ? replaceFields(value, replace, depth + 1) : value}`;
  });
}

/** `BIN_1` only says where the binary is. */
function isHidden(name: string, value: string): boolean {
  if (SECRET_HEADER.test(name)) return true;
  return isSecretName(name) && !HARMLESS_NAME.test(name) && !/^BIN_\d+$/.test(value);
}

/** One line: whatever a device put into it, nothing moves the cursor, the colours or the direction of writing. */
export function printable(text: string): string {
  return text.replace(/[\t\n]/g, ' ').replace(CONTROL, '·');
}

export function shorten(text: string, mostChars: number): string {
  return text.length <= mostChars ? text : `${text.slice(0, mostChars - 1)}…`;
}

/** `812 bytes`, `5.2 kB`, `1.3 MB` */
export function sizeText(bytes: number): string {
  if (bytes < 1_000) return `${bytes} byte${bytes === 1 ? '' : 's'}`;
  if (bytes < 1_000_000) return `${(bytes / 1_000).toFixed(1)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** The size of a difference, in the unit that people would use. */
export function durationText(seconds: number): string {
  const size = Math.abs(seconds);
  if (size < 120) return `${Math.round(size)} s`;
  if (size < 7_200) return `${Math.round(size / 60)} minutes`;
  if (size < 172_800) return `${Math.round(size / 3_600)} hours`;
  const days = Math.round(size / 86_400);
  return days < 730 ? `${days} days` : `${Math.round(days / 365.25)} years`;
}
