import { openBody } from '../dialects/fkweb/frame.js';
import { cover } from './hide.js';

/** Bytes as they may be shown: text with its secrets covered; binaries, which may be templates, only as sizes. */

export interface Shown {
  /** Offset of the first byte in the whole. */
  readonly from: number;
  readonly bytes: Uint8Array;
  /** How many bytes behind these are not shown. */
  readonly left: number;
}

const CR = 13;
const LF = 10;
const LATIN1 = new TextDecoder('latin1');
/** FK frames begin with a length, of which most bytes are no text. */
const LENGTH_BYTES = 4;
/** More than any view shows. */
const MAX_COVERED = 4_096;

/** @param body what the message holds without its head and framing */
export function coveredBytes(message: Uint8Array, body: Uint8Array): Shown[] {
  const bodyAt = Math.min(message.length, message.length - behindHead(message));
  const head = { from: 0, bytes: coverBytes(message.subarray(0, bodyAt)), left: 0 };
  const rest = message.length - bodyAt;
  if (rest === 0) return [head];
  const shown = Math.min(rest, MAX_COVERED, textEnd(body, message.subarray(bodyAt)));
  return [
    head,
    { from: bodyAt, bytes: coverBytes(message.subarray(bodyAt, bodyAt + shown)), left: rest - shown },
  ];
}

/** How many bytes follow the blank line. */
function behindHead(message: Uint8Array): number {
  for (let at = 0; at + 3 < message.length; at++) {
    const isEnd =
      message[at] === CR && message[at + 1] === LF && message[at + 2] === CR && message[at + 3] === LF;
    if (isEnd) return message.length - at - 4;
  }
  return 0;
}

/** The end of what is text at the beginning; in a frame the end of its JSON. */
function textEnd(body: Uint8Array, framed: Uint8Array): number {
  const { body: opened } = openBody(body);
  if (opened !== null) return opened.head.length;
  // Text in a code page holds bytes beyond ASCII, but never controls.
  const isBinary = framed.subarray(LENGTH_BYTES, framed.length - 1).some(isControl);
  for (let at = 0; at < framed.length; at++) {
    const isPicture = framed[at] === 0xff && framed[at + 1] === 0xd8;
    const isText = !isControl(framed[at]!) && !(isBinary && framed[at]! > 126);
    if (isPicture || (!isText && at >= LENGTH_BYTES)) return at;
  }
  return framed.length;
}

function isControl(byte: number): boolean {
  return byte < 32 && byte !== 9 && byte !== CR && byte !== LF;
}

function coverBytes(bytes: Uint8Array): Uint8Array {
  const covered = cover(LATIN1.decode(bytes));
  return Uint8Array.from(bytes, (byte, i) => (covered[i] === '*' ? 42 : byte));
}
