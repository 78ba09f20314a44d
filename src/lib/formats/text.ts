import type { TextEncodingName } from './format.js';

/**
 * Bytes of unknown origin to text: byte order mark, then UTF-16 by its NULs, then strict UTF-8 whose letters are
 * Thai, Lao or Latin, else Windows-874 (hip-files.md, "Text, dates, digits").
 *
 * The limit to three scripts is needed because 94 % of Thai three-byte runs in Windows-874 are valid UTF-8 by
 * accident. Lao has no Windows code page: Lao text is UTF-8 or UTF-16 only.
 */
export interface TextShape {
  readonly encoding: TextEncodingName;
  /** Length of the byte order mark. */
  readonly bomBytes: number;
}

const EXPECTED_SCRIPTS = /^[\p{sc=Thai}\p{sc=Lao}\p{sc=Latin}\p{sc=Common}\p{sc=Inherited}]*$/u;
/** The greater part of them, twenty times faster to look for. */
const USUAL_LETTERS = /^[\u0000-\u024f\u0e01-\u0e3a\u0e3f-\u0e5b]*$/;
const REPLACEMENT = /\ufffd/g;
/** A name that a vendor cut in the middle of a letter leaves at most this many replacement characters. */
const CUT_LETTERS = 2;

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const looseUtf8 = new TextDecoder('utf-8', { ignoreBOM: true });
const windows874 = new TextDecoder('windows-874');
const utf16le = new TextDecoder('utf-16le', { ignoreBOM: true });
const utf16be = new TextDecoder('utf-16be', { ignoreBOM: true });

export function detectText(head: Uint8Array): TextShape {
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return { encoding: 'utf-8', bomBytes: 3 };
  if (head[0] === 0xff && head[1] === 0xfe) return { encoding: 'utf-16le', bomBytes: 2 };
  if (head[0] === 0xfe && head[1] === 0xff) return { encoding: 'utf-16be', bomBytes: 2 };
  return { encoding: utf16ByNuls(head) ?? byteEncoding(head), bomBytes: 0 };
}

/** Bytes of one code unit. */
export function unitBytes(encoding: TextEncodingName): 1 | 2 {
  return encoding === 'utf-16le' || encoding === 'utf-16be' ? 2 : 1;
}

/** One line; `ascii` and `utf-8` judge each by itself. */
export function decodeText(bytes: Uint8Array, encoding: TextEncodingName): string {
  switch (encoding) {
    case 'utf-16le':
      return utf16le.decode(bytes);
    case 'utf-16be':
      return utf16be.decode(bytes);
    case 'windows-874':
      return windows874.decode(bytes);
    case 'utf-8':
      return decodeUtf8(bytes);
    case 'ascii':
      return decodeStrictly(bytes) ?? windows874.decode(bytes);
  }
}

/** Whole lines at once; null where lines may have to be judged one by one. */
export function decodeBlock(bytes: Uint8Array, encoding: TextEncodingName): string | null {
  return encoding === 'utf-8' || encoding === 'ascii' ? decodeStrictly(bytes) : decodeText(bytes, encoding);
}

const HAS_FOREIGN_DIGIT = /[\u0e50-\u0e59\u0ed0-\u0ed9]/;
const FOREIGN_DIGITS = /[\u0e50-\u0e59\u0ed0-\u0ed9]/g;

/** Thai and Lao digits to ASCII ones. */
export function foldDigits(text: string): string {
  if (!HAS_FOREIGN_DIGIT.test(text)) return text;
  return text.replace(FOREIGN_DIGITS, (digit) => String(digit.charCodeAt(0) & 0x0f));
}

const PADDING = /[\u0000\u001a\u200b\u200e\u200f\u2060\ufeff]/;
const ALL_PADDING = /[\u0000\u001a\u200b\u200e\u200f\u2060\ufeff]/g;

/**
 * Without what is no content: NULs of a preallocated block, DOS end-of-file, a byte order mark pasted in, and the
 * invisible marks that some systems put around the parts of a date.
 */
export function stripPadding(text: string): string {
  return hasPadding(text) ? text.replace(ALL_PADDING, '') : text;
}

export function hasPadding(text: string): boolean {
  return PADDING.test(text);
}

function decodeUtf8(bytes: Uint8Array): string {
  const strict = decodeStrictly(bytes);
  if (strict !== null) return strict;
  const loose = looseUtf8.decode(bytes);
  return (loose.match(REPLACEMENT)?.length ?? 0) <= CUT_LETTERS ? loose : windows874.decode(bytes);
}

function decodeStrictly(bytes: Uint8Array): string | null {
  try {
    const text = strictUtf8.decode(bytes);
    return text.length === bytes.length || isExpected(text) ? text : null;
  } catch {
    return null;
  }
}

/** Letters of the scripts that devices and PCs here write, and what all scripts share. */
export function isExpected(text: string): boolean {
  return USUAL_LETTERS.test(text) || EXPECTED_SCRIPTS.test(text);
}

/**
 * Digits, blanks and line ends carry a NUL in every UTF-16 unit, Thai and Lao letters 0x0e, always on the same side.
 * NULs of padding stand on both, and a stray one has other bytes on its side.
 */
function utf16ByNuls(head: Uint8Array): TextEncodingName | null {
  const even = sideOf(head, 0);
  const odd = sideOf(head, 1);
  const enough = Math.max(1, (head.length >> 1) * NUL_SHARE);
  const fits = (side: Side): boolean => side.nuls >= enough && side.high >= (head.length >> 1) * HIGH_SHARE;
  if (fits(odd) && even.nuls <= odd.nuls * STRAY_SHARE) return 'utf-16le';
  return fits(even) && odd.nuls <= even.nuls * STRAY_SHARE ? 'utf-16be' : null;
}

const NUL_SHARE = 0.1;
const HIGH_SHARE = 0.9;
const STRAY_SHARE = 0.05;

interface Side {
  readonly nuls: number;
  /** Bytes that the high half of a unit can be: Latin, Thai and Lao, punctuation. */
  readonly high: number;
}

function sideOf(head: Uint8Array, first: 0 | 1): Side {
  let nuls = 0;
  let high = 0;
  for (let at = first; at < head.length - (head.length % 2); at += 2) {
    const byte = head[at]!;
    if (byte === 0) nuls += 1;
    if (byte <= 0x02 || byte === 0x0e || byte === 0x20) high += 1;
  }
  return { nuls, high };
}

/** Each line that is not ASCII votes, so that one name cut in the middle of a letter doesn't turn the file. */
function byteEncoding(head: Uint8Array): TextEncodingName {
  let forUtf8 = 0;
  let against = 0;
  let start = 0;
  let high = false;
  for (let at = 0; at <= head.length; at += 1) {
    const byte = head[at];
    if (byte !== undefined && byte !== 10 && byte !== 13) {
      high ||= byte > 0x7f;
      continue;
    }
    const line = head.subarray(start, at);
    // A last line that the head cut may be cut within a letter: it votes only when it stands alone with a whole one.
    if (high && (byte !== undefined || (forUtf8 + against === 0 && !isFirstOfLetter(line)))) {
      if (isUtf8Line(line, byte === undefined)) forUtf8 += 1;
      else against += 1;
    }
    start = at + 1;
    high = false;
  }
  if (forUtf8 + against === 0) return 'ascii';
  return forUtf8 > against ? 'utf-8' : 'windows-874';
}

/** No more than the first bytes of a UTF-8 letter behind plain ASCII: a letter of Windows-874 as well. */
function isFirstOfLetter(line: Uint8Array): boolean {
  const at = line.findIndex((byte) => byte > 0x7f);
  const rest = line.subarray(at);
  return rest.length < 3 && rest[0]! >= 0xc2 && rest.subarray(1).every((byte) => byte >= 0x80 && byte < 0xc0);
}

function isUtf8Line(line: Uint8Array, cut: boolean): boolean {
  if (decodeStrictly(line) !== null) return true;
  if (!cut) return false;
  return [1, 2, 3].some((less) => line.length > less && decodeStrictly(line.subarray(0, -less)) !== null);
}
