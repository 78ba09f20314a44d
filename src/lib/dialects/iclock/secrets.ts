/**
 * What law 3 forbids to keep: templates, photos, passwords and keys. Everything that goes into quarantine, facts or
 * command details passes here first.
 */

const SECRET =
  'pass|pwd|secret|token|tmp|templat|content|photo|picture|image|feature|fpdata|facedata|biodata';
const KEYS = 'commkey|comkey|authkey|publickey|factors|idnum';

/** Names of fields that are not kept; a card's number opens doors, so it is one of them. */
const SECRET_NAME = new RegExp(`${SECRET}|${KEYS}|card`, 'i');
/** A named field with a value: `Tmp=…`, `~CommKey=…`, `"photo": "…"`. An empty value hides nothing. */
const SECRET_FIELD = new RegExp(`(?:${SECRET}|${KEYS})\\w{0,32}"? {0,8}[=:] {0,8}"?[^\\s"=:,&]`, 'i');
const SECRET_VALUE = new RegExp(`((?:${SECRET}|${KEYS})\\w{0,32}"? {0,8}[=:] {0,8}"?)[^\\s",&]+`, 'gi');

export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name);
}

/** True when a line carries the value of a secret field, wherever in the line. */
export function carriesSecret(text: string): boolean {
  return (text.includes('=') || text.includes(':')) && SECRET_FIELD.test(text);
}

/** The text with the values of secret fields left out. */
export function hideSecrets(text: string): string {
  return text.includes('=') || text.includes('":') ? text.replace(SECRET_VALUE, '$1***') : text;
}

/** Overwrites the values of secret fields, for bytes whose lengths count; one character of `text` is one byte. */
export function blotSecrets(bytes: Uint8Array, text: string): void {
  for (const match of text.matchAll(SECRET_VALUE)) {
    const end = match.index + match[0].length;
    bytes.fill(ASTERISK, match.index + match[1]!.length, end);
  }
}

const ASTERISK = 42;

/**
 * JPEG, PNG or BMP by its first bytes; photos arrive as bare pictures too (adms.md 8.3). A BMP has two reserved words
 * of 0 besides, which tells it from text that begins with `BM`.
 */
export function isPicture(bytes: Uint8Array): boolean {
  const [a, b, c, d] = bytes;
  return (
    (a === 0xff && b === 0xd8 && c === 0xff) ||
    (a === 0x89 && b === 0x50 && c === 0x4e && d === 0x47) ||
    (a === 0x42 && b === 0x4d && bytes.length > 64 && bytes.subarray(6, 10).every((byte) => byte === 0))
  );
}
