import type { FileHead } from './format.js';
import { decodeText, detectText, stripPadding, unitBytes } from './text.js';

/** As much of a file as its format, encoding and titles are judged by. */
export const HEAD_BYTES = 65_536;

const LINE_END = /\r\n|\r|\n/;

/** @param bytes at least the first `HEAD_BYTES` of the file, or all of it */
export function createHead(bytes: Uint8Array, sizeBytes: number): FileHead {
  const head = bytes.subarray(0, HEAD_BYTES);
  const whole = sizeBytes <= head.length;
  const { encoding, bomBytes } = detectText(head);
  const binary = unitBytes(encoding) === 1 && isBinary(head);
  return { bytes: head, whole, encoding, binary, lines: binary ? [] : headLines(head, { bomBytes, whole }) };

  function headLines(data: Uint8Array, shape: { bomBytes: number; whole: boolean }): readonly string[] {
    const lines = decodeText(data.subarray(shape.bomBytes), encoding).split(LINE_END).map(stripPadding);
    if (!shape.whole || lines.at(-1) === '') lines.pop();
    return lines;
  }
}

/** An old Office document, a zip archive (a workbook). */
const CONTAINERS = [
  [0xd0, 0xcf, 0x11, 0xe0],
  [0x50, 0x4b, 0x03, 0x04],
] as const;
const TAB_TO_CR = { first: 9, last: 13 } as const;
const DOS_END = 26;
/** More than one of these in so many bytes is no text. */
const BYTES_PER_CONTROL = 50;

/**
 * Control bytes make a file binary, and NULs all over it (a `user.dat` is full of them); one run of NULs is a block
 * that a power cut left unwritten in a text file.
 */
function isBinary(head: Uint8Array): boolean {
  if (CONTAINERS.some((signature) => signature.every((byte, at) => head[at] === byte))) return true;
  let odd = 0;
  for (let at = 0; at < head.length; at += 1) {
    const byte = head[at]!;
    if (byte >= 32 || (byte >= TAB_TO_CR.first && byte <= TAB_TO_CR.last) || byte === DOS_END) continue;
    if (byte !== 0 || head[at - 1] !== 0) odd += 1;
  }
  return odd * BYTES_PER_CONTROL > head.length;
}
