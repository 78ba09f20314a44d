/**
 * Base64 without I/O and without exceptions: the `base64only` variant and the JSON envelope carry frames in it
 * (fkweb.md 1.3, 1.4).
 */

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const VALUES = createValues();
const PAD = 61;
const OTHER = 255;
const BLANK = 254;

/** Null when it is not Base64. Blanks and line ends are passed over; padding may be missing. */
export function decodeBase64(text: Uint8Array): Uint8Array | null {
  const bytes = new Uint8Array(Math.ceil((text.length * 3) / 4));
  let length = 0;
  let bits = 0;
  let held = 0;
  let padded = false;
  for (const code of text) {
    if (code === PAD) padded = true;
    const value = code === PAD ? BLANK : VALUES[code]!;
    if (value === BLANK) continue;
    if (value === OTHER || padded) return null;
    held = ((held << 6) | value) & 0xffffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[length++] = (held >> bits) & 0xff;
    }
  }
  // A single left-over character holds six bits: no byte ends there, so the text was cut.
  return bits === 6 ? null : bytes.subarray(0, length);
}

export function encodeBase64(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const left = bytes.length - i;
    const word = (bytes[i]! << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    text += ALPHABET[word >> 18]! + ALPHABET[(word >> 12) & 63]!;
    text += left > 1 ? ALPHABET[(word >> 6) & 63]! : '=';
    text += left > 2 ? ALPHABET[word & 63]! : '=';
  }
  return text;
}

/** Bytes that a Base64 text of this many characters stands for, near enough to count what was dropped. */
export function base64Bytes(text: string): number {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  return Math.floor(((text.length - padding) * 3) / 4);
}

function createValues(): Uint8Array {
  const values = new Uint8Array(256).fill(255);
  for (let i = 0; i < ALPHABET.length; i++) values[ALPHABET.charCodeAt(i)] = i;
  // NUL too: some firmware ends every body with it (fkweb.md 1.4).
  for (const blank of [0, 9, 10, 13, 32]) values[blank] = 254;
  return values;
}
