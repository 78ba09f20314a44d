import { isSecretName } from '../dialects/iclock/secrets.js';

/** Text for a screen: without passwords, keys, templates and photos, and without what a terminal would obey. */

/** A comma ends a value only where a key follows: `CommKey=1,IPAddress=…`. */
const FIELD = /([~\w-]{1,64})("?[ ]{0,8}[=:][ ]{0,8}"?)((?:(?!,~?[A-Za-z]\w*=)[^\t\r\n"&])+)/g;
/** Base64 of this length is a template or a picture, whatever its field is called. */
const LONG_BASE64 = /[A-Za-z0-9+/=_-]{96,}/g;
/** Names that only sound like secrets: `ATTPHOTOStamp`, `Content-Type`. */
const HARMLESS_NAME = /stamp$|^content-(?:type|length)$/i;
const SECRET_HEADER = /^(?:set-)?cookie$|authorization$/i;
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe]/g;

export function hide(text: string): string {
  return replaceFields(text, () => '***').replace(LONG_BASE64, (run) => `(${run.length} characters)`);
}

/** The same with every hidden character as `*`: for bytes, whose number counts. */
export function cover(text: string): string {
  const stars = (hidden: string): string => '*'.repeat(hidden.length);
  return replaceFields(text, stars).replace(LONG_BASE64, stars);
}

function replaceFields(text: string, replace: (value: string) => string): string {
  return text.replace(FIELD, (_, name: string, equals: string, value: string) => {
    if (isHidden(name, value)) return `${name}${equals}${replace(value)}`;
    // `Referer: …?token=…`, `CMD=DATA UPDATE USERINFO Passwd=…`
    return `${name}${equals}${/[=:]/.test(value) ? replaceFields(value, replace) : value}`;
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
