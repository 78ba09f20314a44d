/**
 * What stands in a capture instead of an id or a secret. All works on bytes as Latin-1 text, one character each, and
 * keeps the number of bytes, so that every length around it stays true.
 *
 * Ids are replaced by a fixed one-to-one map: the same id becomes the same other id in every capture and on every PC,
 * different ids stay different, leading zeros stay. That is no encryption: with this program and patience a short
 * user id can be worked back. Secrets leave nothing but their length.
 */

/** A user id; all zeros, which many devices write for "nobody", stay. */
export function scrubUserId(text: string): string {
  if (text.length > MAX_ID) return blank(text);
  const [, before = '', zeros = '', id = '', end = ''] = /^(\s*)(0*)(.*?)(\s*)$/s.exec(text) ?? [];
  if (!/^\d+$/.test(id)) return id === '' ? text : `${before}${zeros}${mapped(id, 'user')}${end}`;
  // The binary layouts hold a number of 32 bits: what fits in must still fit in.
  const fits = fitsWord(id);
  let other = mapped(id, 'user');
  while (fitsWord(other) !== fits) other = mapped(other, 'user');
  return `${before}${zeros}${other}${end}`;
}

export function scrubWord(id: number): number {
  return Number(scrubUserId(String(id)));
}

export function scrubSerial(text: string): string {
  return mapped(text, 'serial');
}

/** Letters in place of a secret; `=` at the end is the padding of Base64 and stays. */
export function blank(text: string): string {
  const padding = /={0,2}$/.exec(text)![0];
  return 'x'.repeat(text.length - padding.length) + padding;
}

/** Bytes in place of a template or a photo: one letter, drawn from the content so that a change still shows. */
export function fill(text: string): string {
  return String.fromCharCode(A + (hash(HASH_START, text) % 26)).repeat(text.length);
}

/** A text this long is no id. */
const MAX_ID = 256;
const A = 97;
const MAX_WORD = '4294967295';
const HASH_START = 0x811c9dc5;

function fitsWord(digits: string): boolean {
  return digits.length < MAX_WORD.length || (digits.length === MAX_WORD.length && digits <= MAX_WORD);
}

/**
 * Each character moves within its kind by an amount that depends on all before it: one-to-one, and neighbours do not
 * look alike. A number keeps its length because its first digit does not become 0.
 */
function mapped(text: string, kind: string): string {
  let state = hash(HASH_START, kind);
  let out = '';
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    const [from, size] = rangeOf(code, i === 0 ? 49 : 48, text.charCodeAt(i + 1));
    out += size === 0 ? text[i] : String.fromCharCode(from + ((code - from + (state % size)) % size));
    state = hash(state, text[i]!);
  }
  return out;
}

/** @param digitsFrom 49 keeps zeros out */
function rangeOf(code: number, digitsFrom: number, next: number): readonly [from: number, size: number] {
  if (code >= digitsFrom && code <= 57) return [digitsFrom, 58 - digitsFrom];
  if (code >= 65 && code <= 90) return [65, 26];
  if (code >= 97 && code <= 122) return [97, 26];
  // The last byte of a character in UTF-8: any other of its kind keeps the text valid.
  if (code >= 0x80 && code <= 0xbf && !(next >= 0x80 && next <= 0xbf)) return [0x80, 64];
  return [code, 0];
}

/** FNV-1a, with a turn at the end so that the low bits depend on all. */
function hash(start: number, text: string): number {
  let value = start;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return (value ^ (value >>> 15)) >>> 0;
}
