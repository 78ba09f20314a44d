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

/**
 * Control bytes make a file binary; NULs alone only when they stand between others (a `user.dat` is full of them,
 * a text file whose last block was never written ends with them).
 */
function isBinary(head: Uint8Array): boolean {
  let end = head.length;
  while (end > 0 && head[end - 1] === 0) end -= 1;
  if (end === 0) return head.length > 0;
  let nuls = 0;
  let controls = 0;
  for (let at = 0; at < end; at += 1) {
    const byte = head[at]!;
    if (byte === 0) nuls += 1;
    else if (byte < 32 && byte !== 9 && byte !== 10 && byte !== 13 && byte !== 12 && byte !== 26)
      controls += 1;
  }
  return controls > end / 50 || nuls > end / 10;
}
