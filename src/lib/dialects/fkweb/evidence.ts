import type { Fragment } from '../dialect.js';
import { blotSecrets } from '../iclock/secrets.js';
import type { FkBody } from './frame.js';

/**
 * What goes into quarantine: the bytes as they came, as far as hip may keep them. Pictures and templates are never
 * kept (law 3), and they are what makes a message long.
 */

/** Limit of a fragment in the dialect contract. */
export const MAX_FRAGMENT_BYTES = 65_536;
/** No id, name or time is this long; a picture or template in Base64 is. */
const LONGEST_TEXT = 512;
const LATIN1 = new TextDecoder('latin1');

/** Bytes nobody could open: everything before a JPEG, without long runs of Base64 and values of secret fields. */
export function unreadBytes(reason: string, bytes: Uint8Array): Fragment {
  const kept = withoutLongRuns(bytes.subarray(0, pictureStart(bytes)));
  blotSecrets(kept, LATIN1.decode(kept));
  return { reason, bytes: kept };
}

/** A message that could be opened but holds no usable punch: its text part, without the binaries behind it. */
export function unreadBody(reason: string, body: FkBody): Fragment {
  return unreadBytes(reason, body.head);
}

function pictureStart(bytes: Uint8Array): number {
  for (let at = 0; at + 2 < bytes.length; at++) {
    if (bytes[at] === 0xff && bytes[at + 1] === 0xd8 && bytes[at + 2] === 0xff) return at;
  }
  return bytes.length;
}

/** At most a fragment's worth of bytes, without the runs that are longer than any word. */
function withoutLongRuns(bytes: Uint8Array): Uint8Array {
  const kept = new Uint8Array(Math.min(bytes.length, MAX_FRAGMENT_BYTES));
  let length = 0;
  for (let at = 0; at < bytes.length && length < kept.length; ) {
    let end = at;
    while (end < bytes.length && isBase64(bytes[end]!)) end++;
    const isLong = end - at > LONGEST_TEXT;
    for (let i = isLong ? end : at; i <= end && i < bytes.length && length < kept.length; i++) {
      kept[length++] = bytes[i]!;
    }
    at = end + 1;
  }
  return kept.slice(0, length);
}

function isBase64(byte: number): boolean {
  return (
    (byte >= 65 && byte <= 90) ||
    (byte >= 97 && byte <= 122) ||
    (byte >= 47 && byte <= 57) ||
    byte === 43 ||
    byte === 61
  );
}
