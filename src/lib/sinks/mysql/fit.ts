import type { ColumnFacts } from './facts.js';

/**
 * Makes a text fit a column that someone else made: what its character set lacks is escaped, what its length lacks
 * is cut. Only for `raw`, which is evidence beside the punch: the journal holds it whole.
 */
export type Fit = (text: string) => string;

/**
 * Which code points a character set holds (and in how many bytes). Sets that are not listed are taken for ASCII,
 * which all of them contain.
 */
interface Charset {
  readonly has: (point: number) => boolean;
  readonly bytes: (point: number) => number;
}

const ASCII: Charset = { has: (point) => point < 0x80, bytes: () => 1 };
const UTF8MB3: Charset = { has: (point) => point <= 0xffff, bytes: utf8Bytes };
const CHARSETS: Readonly<Record<string, Charset>> = {
  utf8mb4: { has: () => true, bytes: utf8Bytes },
  utf8mb3: UTF8MB3,
  utf8: UTF8MB3,
  utf16: { has: () => true, bytes: utf16Bytes },
  utf16le: { has: () => true, bytes: utf16Bytes },
  utf32: { has: () => true, bytes: () => 4 },
  ucs2: { has: (point) => point <= 0xffff, bytes: () => 2 },
  // Windows-1252 in truth; the upper half of Latin-1 is what both agree on.
  latin1: { has: (point) => point < 0x80 || (point >= 0xa0 && point <= 0xff), bytes: () => 1 },
  // Thai; 0E3B to 0E3E are holes in it.
  tis620: { has: (point) => point < 0x80 || isThai(point), bytes: () => 1 },
  // Bytes: UTF-8 goes in as it is.
  binary: { has: () => true, bytes: utf8Bytes },
};

/** @param mostBytes what one value may take of a packet */
export function createFit(column: ColumnFacts, mostBytes: number): Fit {
  const charset = charsetOf(column);
  const maxBytes = Math.min(column.maxBytes ?? mostBytes, mostBytes);
  // For bytes the number of characters is the number of bytes, which `maxBytes` bounds already.
  const maxChars =
    column.charset === null ? Number.POSITIVE_INFINITY : (column.maxChars ?? Number.POSITIVE_INFINITY);
  const sureChars = Math.min(maxChars, Math.floor(maxBytes / 4));
  return (text) => {
    if (text.length <= sureChars && isAscii(text)) return text;
    return fitByPoints(text, charset, { maxChars, maxBytes });
  };
}

/** Whether a text can stand in the column as it is. */
export function canHold(column: ColumnFacts, text: string): boolean {
  if (isAscii(text)) return true;
  const { has } = charsetOf(column);
  return [...text].every((char) => has(pointOf(char)));
}

function fitByPoints(
  text: string,
  charset: Charset,
  limits: { readonly maxChars: number; readonly maxBytes: number },
): string {
  let fitted = '';
  let chars = 0;
  let bytes = 0;
  for (const char of text) {
    const point = pointOf(char);
    const isHeld = charset.has(point);
    const piece = isHeld ? char : `\\u{${point.toString(16).toUpperCase()}}`;
    const width = isHeld ? 1 : piece.length;
    const size = isHeld ? charset.bytes(point) : piece.length * charset.bytes(0x20);
    if (chars + width > limits.maxChars || bytes + size > limits.maxBytes) break;
    fitted += piece;
    chars += width;
    bytes += size;
  }
  return fitted;
}

function charsetOf(column: ColumnFacts): Charset {
  return CHARSETS[column.charset ?? 'binary'] ?? ASCII;
}

function isAscii(text: string): boolean {
  return !/[^\0-\x7f]/.test(text);
}

function isThai(point: number): boolean {
  return (point >= 0x0e01 && point <= 0x0e3a) || (point >= 0x0e3f && point <= 0x0e5b);
}

function pointOf(char: string): number {
  return char.codePointAt(0) ?? 0;
}

function utf8Bytes(point: number): number {
  return point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
}

function utf16Bytes(point: number): number {
  return point < 0x10000 ? 2 : 4;
}
