/** JSON as FK firmware writes it: numbers may be strings, keys may be missing, and bytes may not be UTF-8. */

type JsonObject = Readonly<Record<string, unknown>>;

export type ParsedJson =
  | { readonly json: JsonObject; readonly text: string }
  | { readonly json: null; readonly reason: string };

/** Bytes that are not UTF-8 become U+FFFD: a name in a Thai code page must not cost the punch beside it. */
const DECODER = new TextDecoder('utf-8');
const SHORT_BYTES = 65_536;
const MAX_DEPTH = 1_000;

/** The text behind bytes, without the terminator that is counted in a frame's length (fkweb.md 1.4). */
export function parseJsonObject(bytes: Uint8Array): ParsedJson {
  let end = bytes.length;
  while (end > 0 && isTerminator(bytes[end - 1]!)) end--;
  if (isDeeperThanAny(bytes)) return { json: null, reason: 'not JSON' };
  const text = DECODER.decode(bytes.subarray(0, end));
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? { json: value, text } : { json: null, reason: 'JSON, but not an object' };
  } catch {
    // Bad input is a value, not an exception; the parser's own message differs between runtimes.
    return { json: null, reason: 'not JSON' };
  }
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The first of these keys that holds a text or a number, as text; null when none does or it is blank. */
export function textAt(json: JsonObject, ...keys: readonly string[]): string | null {
  for (const key of keys) {
    const value = Object.hasOwn(json, key) ? json[key] : undefined;
    const text = typeof value === 'number' ? String(value) : value;
    if (typeof text === 'string' && text.trim() !== '') return text;
  }
  return null;
}

/** Text for the device registry: one bounded line without control characters, which reach terminals and logs. */
export function factText(text: string, mostChars: number): string {
  return text
    .replace(/[\u0000-\u001f\u007f-\u009f]/g, ' ')
    .trim()
    .slice(0, mostChars);
}

/** A count that may be written as a number or a string (seen on hardware, fkweb.md 1.11); null otherwise. */
export function countAt(json: JsonObject, key: string): number | null {
  const text = textAt(json, key);
  return text !== null && /^\s*\d{1,9}\s*$/.test(text) ? Number(text) : null;
}

/** Eight million open brackets are valid JSON and half a gigabyte of objects; no message nests more than a few. */
function isDeeperThanAny(bytes: Uint8Array): boolean {
  if (bytes.length < SHORT_BYTES) return false;
  let depth = 0;
  for (const byte of bytes) {
    // Brackets inside texts count as well: balanced or few, they can't reach the bound.
    if (byte === 91 || byte === 123) depth++;
    else if (byte === 93 || byte === 125) depth--;
    if (depth > MAX_DEPTH) return true;
  }
  return false;
}

function isTerminator(byte: number): boolean {
  return byte === 0 || byte === 10 || byte === 13 || byte === 32;
}
