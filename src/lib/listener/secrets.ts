/**
 * Keeps templates, photos and passwords out of what the listener keeps itself: samples, and the input of a dialect
 * that threw. Deliberately coarse: the listener does not know dialects, and too much hidden is the lesser harm.
 */

const SECRET_VALUE =
  /((?:pass|pwd|secret|token|tmp|templat|content|photo|picture|image|commkey|comkey|authkey|publickey|factors|fpdata|facedata|biodata|feature|enroll_data)\w{0,32}"?[ ]{0,8}[=:][ ]{0,8}"?)[^\t\r\n"&]+/gi;

/** Base64 of this length is a template or a picture, whatever its field is called. */
const LONG_BASE64 = /[A-Za-z0-9+/=_-]{128,}/g;

const BINARY = /[\0-\x08\x0e-\x1f]/;

/** Shorter runs of letters inside binary data are as likely chance as text. */
const TEXT_RUN = /[\t\r\n -~]{8,}/g;

export function withoutSecrets(text: string): string {
  return text
    .replace(SECRET_VALUE, '$1***')
    .replace(LONG_BASE64, (run) => `(${run.length} characters left out)`);
}

/** A body without secrets, at most as long as it was; of binary data only the readable text between. */
export function bodyWithoutSecrets(body: Uint8Array): Buffer {
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('latin1');
  const readable = BINARY.test(text) ? (text.match(TEXT_RUN) ?? []).join('\n') : text;
  return Buffer.from(withoutSecrets(readable), 'latin1');
}
