import { type FileSource, FileUnreadable } from './format.js';

/** The whole file, for libraries that can't stream. */
export async function collectBytes(source: FileSource, maxBytes: number): Promise<Uint8Array> {
  if (source.sizeBytes > maxBytes) {
    const [size, limit] = [megabytes(source.sizeBytes), megabytes(maxBytes)];
    throw new FileUnreadable(
      'too-large',
      `The file has ${size} MB, more than the ${limit} MB that fit in memory.`,
    );
  }
  const bytes = new Uint8Array(source.sizeBytes);
  let at = 0;
  for await (const piece of source.open(0)) {
    bytes.set(piece.subarray(0, bytes.length - at), at);
    at = Math.min(bytes.length, at + piece.length);
  }
  return bytes.subarray(0, at);
}

function megabytes(bytes: number): number {
  return Math.ceil(bytes / 1_048_576);
}
