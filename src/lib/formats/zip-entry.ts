/**
 * The text of one file of a zip archive; null where there is none of that name or the archive is no plain one.
 * Layout: PKWARE's APPNOTE, "Overall .ZIP file format".
 */
export async function readZipEntry(archive: Uint8Array, name: string): Promise<string | null> {
  const stream = openEntry(archive, name);
  return stream === null ? null : new Response(stream).text();
}

/** The same in pieces, for what may unpack to more than memory holds; none where `readZipEntry` gives null. */
export async function* zipEntryText(archive: Uint8Array, name: string): AsyncGenerator<string> {
  const stream = openEntry(archive, name);
  if (stream === null) return;
  const decoder = new TextDecoder();
  for await (const piece of stream) yield decoder.decode(piece, { stream: true });
}

function openEntry(archive: Uint8Array, name: string): ReadableStream<Uint8Array> | null {
  const view = new DataView(archive.buffer, archive.byteOffset, archive.byteLength);
  const entry = findEntry(view, new TextEncoder().encode(name));
  if (entry === null) return null;
  // The lengths before the data can be others than those in the directory.
  const start = entry.headerAt + 30 + uint16(view, entry.headerAt + 26) + uint16(view, entry.headerAt + 28);
  const data = new Blob([archive.slice(start, start + entry.packedBytes)]).stream();
  if (entry.method === STORED) return data;
  return entry.method === DEFLATED ? data.pipeThrough(new DecompressionStream('deflate-raw')) : null;
}

const STORED = 0;
const DEFLATED = 8;
const DIRECTORY_END = 0x06054b50;
const DIRECTORY_END_BYTES = 22;
const DIRECTORY_ENTRY = 0x02014b50;
const DIRECTORY_ENTRY_BYTES = 46;

interface Entry {
  readonly method: number;
  readonly packedBytes: number;
  readonly headerAt: number;
}

function findEntry(view: DataView, name: Uint8Array): Entry | null {
  let end = view.byteLength - DIRECTORY_END_BYTES;
  while (end >= 0 && view.getUint32(end, true) !== DIRECTORY_END) end -= 1;
  if (end < 0) return null;
  let at = view.getUint32(end + 16, true);
  while (at + DIRECTORY_ENTRY_BYTES <= end && view.getUint32(at, true) === DIRECTORY_ENTRY) {
    const nameBytes = uint16(view, at + 28);
    const isWanted =
      nameBytes === name.length &&
      name.every((byte, index) => view.getUint8(at + DIRECTORY_ENTRY_BYTES + index) === byte);
    if (isWanted) {
      const packedBytes = view.getUint32(at + 20, true);
      return { method: uint16(view, at + 10), packedBytes, headerAt: view.getUint32(at + 42, true) };
    }
    at += DIRECTORY_ENTRY_BYTES + nameBytes + uint16(view, at + 30) + uint16(view, at + 32);
  }
  return null;
}

function uint16(view: DataView, at: number): number {
  return view.getUint16(at, true);
}
