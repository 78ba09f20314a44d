import type { SniffedReply } from './exchange.js';
import type { PlainReply } from './explained.js';

/** Replies as bytes and as values. */

const LATIN1 = new TextDecoder('latin1');
const CR = 13;
const LF = 10;

/** Bytes of a complete reply with its length, as hip writes them. `Date` is left out: it says when, not what. */
export function parseReply(bytes: Uint8Array): PlainReply {
  const end = endOfHead(bytes);
  const [first = '', ...lines] = LATIN1.decode(bytes.subarray(0, end)).split('\r\n');
  const headers = lines.flatMap((line) => {
    const colon = line.indexOf(':');
    return colon > 0 ? [[line.slice(0, colon), line.slice(colon + 1).trim()] as const] : [];
  });
  const status = Number(/^HTTP\/\d\.\d (\d{3})/.exec(first)?.[1] ?? 0);
  return { status, headers: headers.filter(isNoDate), body: bytes.slice(end + 4) };
}

export function plainReplyOf({ status, rawHeaders, body }: SniffedReply): PlainReply {
  return { status, headers: pairsOf(rawHeaders).filter(isNoDate), body };
}

/** Name, value, name, value … to pairs. */
export function pairsOf(rawHeaders: readonly string[]): (readonly [name: string, value: string])[] {
  const pairs: (readonly [string, string])[] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) pairs.push([rawHeaders[i]!, rawHeaders[i + 1]!]);
  return pairs;
}

export function headerOf(headers: PlainReply['headers'], name: string): string | undefined {
  return headers.find(([each]) => each.toLowerCase() === name)?.[1];
}

export function isSameReply(one: PlainReply, other: PlainReply): boolean {
  return (
    one.status === other.status &&
    JSON.stringify(one.headers) === JSON.stringify(other.headers) &&
    one.body.length === other.body.length &&
    one.body.every((byte, i) => byte === other.body[i])
  );
}

function isNoDate([name]: readonly [string, string]): boolean {
  return name.toLowerCase() !== 'date';
}

/** Where the blank line begins; the length when there is none. */
function endOfHead(bytes: Uint8Array): number {
  for (let at = 0; at + 3 < bytes.length; at++) {
    if (bytes[at] === CR && bytes[at + 1] === LF && bytes[at + 2] === CR && bytes[at + 3] === LF) return at;
  }
  return bytes.length;
}
