/**
 * Bytes to lines of text, for any bytes. Devices send UTF-8, GB18030 on Chinese firmware (language 83) and the
 * Thai code page on local OEM firmware (adms.md 8.7); LF, CRLF and sometimes CR end a line (8).
 */

/** The code page for bytes that are not UTF-8. */
export type LegacyEncoding = 'gb18030' | 'windows-874';

const UTF8 = new TextDecoder('utf-8', { fatal: true });
const LEGACY: Readonly<Record<LegacyEncoding, InstanceType<typeof TextDecoder>>> = {
  gb18030: new TextDecoder('gb18030'),
  'windows-874': new TextDecoder('windows-874'),
};
const ENCODER = new TextEncoder();
const LF = 10;
const CR = 13;

/** Ends the visit by returning true. */
export type LineVisitor = (text: string, bytes: () => Uint8Array) => unknown;

/** Visits every line that is not blank, without its line end. Linear in the size of the body. */
export function eachLine(body: Uint8Array, legacy: LegacyEncoding, visit: LineVisitor): void {
  const text = decodeUtf8(body);
  if (text === null) eachLegacyLine(body, legacy, visit);
  else eachTextLine(text, visit);
}

/** Lines of text that is already decoded. */
export function eachTextLine(text: string, visit: LineVisitor): void {
  const onlyLf = !text.includes('\r');
  for (let start = 0; start < text.length; ) {
    let end = text.indexOf('\n', start);
    if (end < 0) end = text.length;
    const line = text.slice(start, end);
    start = end + 1;
    if (onlyLf || !line.includes('\r')) {
      if (visitText(line, visit)) return;
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
  return !isBlank(line) && visit(line, () => ENCODER.encode(line)) === true;
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
      const text = decodeText(bytes, legacy);
      if (!isBlank(text) && visit(text, () => bytes) === true) return;
    }
    start = end + 1;
  }
}
