/**
 * The text of one file of a zip archive; null where there is none of that name or the archive is no plain one.
 * Layout: PKWARE's APPNOTE, "Overall .ZIP file format".
 */
export async function readZipEntry(archive: Uint8Array, name: string): Promise<string | null> {
  const view = new DataView(archive.buffer, archive.byteOffset, archive.byteLength);
  const entry = findEntry(view, new TextEncoder().encode(name));
  if (entry === null) return null;
  // The lengths before the data can be others than those in the directory.
  const start = entry.headerAt + 30 + uint16(view, entry.headerAt + 26) + uint16(view, entry.headerAt + 28);
  const data = archive.slice(start, start + entry.packedBytes);
  if (entry.method === STORED) return new TextDecoder().decode(data);
  return entry.method === DEFLATED ? inflate(data) : null;
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

function inflate(data: Uint8Array<ArrayBuffer>): Promise<string> {
  const packed = new Blob([data]).stream();
  return new Response(packed.pipeThrough(new DecompressionStream('deflate-raw'))).text();
}
