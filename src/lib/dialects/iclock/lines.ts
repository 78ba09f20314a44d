/**
 * Bytes to lines of text, for any bytes. Devices send UTF-8, GB18030 on Chinese firmware (language 83) and the
 * Thai code page on local OEM firmware (adms.md 8.7); LF, CRLF and sometimes CR end a line (8).
 */

/** The code page for bytes that are not UTF-8. */
export type LegacyEncoding = 'gb18030' | 'windows-874';

const UTF8 = new TextDecoder('utf-8', { fatal: true });
/** Writes U+FFFD where the bytes are not UTF-8: to be asked per line, an exception each would take 20 microseconds. */
const LOOSE_UTF8 = new TextDecoder('utf-8', { ignoreBOM: true });
const LEGACY: Readonly<Record<LegacyEncoding, InstanceType<typeof TextDecoder>>> = {
  gb18030: new TextDecoder('gb18030'),
  'windows-874': new TextDecoder('windows-874'),
};
const ENCODER = new TextEncoder();
const LF = 10;
const CR = 13;

export interface Line {
  readonly text: string;
  /** The bytes as they came; null when they are the text's own UTF-8. */
  readonly bytes: Uint8Array | null;
}

/** Ends the visit by returning true. */
export type LineVisitor = (line: Line) => unknown;

/** Visits every line that is not blank, without its line end. Linear in the size of the body. */
export function eachLine(body: Uint8Array, legacy: LegacyEncoding, visit: LineVisitor): void {
  const text = decodeUtf8(body);
  if (text === null) eachLegacyLine(body, legacy, visit);
  else eachTextLine(text, visit);
}

/**
 * Lines of text that is already decoded. CR is looked for line by line on purpose: a question to the whole text whose
 * answer is only needed in the loop is asked again in every turn by V8's optimizer (Node 20), which made this
 * quadratic.
 */
export function eachTextLine(text: string, visit: LineVisitor): void {
  for (let start = 0; start < text.length; ) {
    let end = text.indexOf('\n', start);
    if (end < 0) end = text.length;
    const line = text.slice(start, end);
    start = end + 1;
    const cr = line.indexOf('\r');
    if (cr < 0 || cr === line.length - 1) {
      if (visitText(cr < 0 ? line : line.slice(0, -1), visit)) return;
    } else if (line.split('\r').some((part) => visitText(part, visit))) return;
  }
}

/** The whole as text: UTF-8 when it is, else the code page. Never throws. */
export function decodeText(bytes: Uint8Array, legacy: LegacyEncoding): string {
  return decodeUtf8(bytes) ?? LEGACY[legacy].decode(bytes);
}

export function encodeText(text: string): Uint8Array {
  return ENCODER.encode(text);
}

/** Strings from C firmware end in NUL, so everything up to the blank counts as blank. */
export function isBlank(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 32) return false;
  return true;
}

function visitText(line: string, visit: LineVisitor): boolean {
  return !isBlank(line) && visit({ text: withoutNul(line), bytes: null }) === true;
}

/** The NUL that ends a string in C is sent along by some firmware: it is no part of the last column. */
function withoutNul(line: string): string {
  let end = line.length;
  while (end > 0 && line.charCodeAt(end - 1) === 0) end--;
  return end === line.length ? line : line.slice(0, end);
}

function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    return UTF8.decode(bytes);
  } catch {
    // Not UTF-8: the caller takes the code page.
    return null;
  }
}

/** One wrong byte must not change how its neighbours are read, so each line is decoded by itself. */
function eachLegacyLine(body: Uint8Array, legacy: LegacyEncoding, visit: LineVisitor): void {
  for (let start = 0; start < body.length; ) {
    let end = start;
    while (end < body.length && body[end] !== LF && body[end] !== CR) end++;
    if (end > start) {
      const bytes = body.subarray(start, end);
      const loose = LOOSE_UTF8.decode(bytes);
      const text = loose.includes('\ufffd') ? LEGACY[legacy].decode(bytes) : loose;
      if (!isBlank(text) && visit({ text: withoutNul(text), bytes }) === true) return;
    }
    start = end + 1;
  }
}
