/** Pages of an Access database, as far as they are looked at before mdb-reader is let in. */

/** 0 is Jet 3 (Access 97), whose pages are half as long. */
const VERSION_AT = 0x14;
const JET3 = 0;

/** First byte of a page that describes a table, or goes on describing it. */
export const TABLE_PAGE = 2;
const NEXT_PAGE_AT = 4;

export function pageBytesOf(bytes: Uint8Array): number {
  return bytes[VERSION_AT] === JET3 ? 2048 : 4096;
}

/**
 * A table's description can take several pages, each with the number of the next and the last with 0. mdb-reader
 * follows them as long as they lead somewhere: in a damaged file in a circle, until the memory is full.
 */
export function tableChainsEnd(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const pageBytes = pageBytesOf(bytes);
  const pages = Math.floor(bytes.length / pageBytes);
  /** The walk in which a page was seen first: a page seen in an earlier one leads to an end. */
  const seenIn = new Uint32Array(pages);
  for (let first = 1; first < pages; first += 1) {
    let page = first;
    while (page > 0 && page < pages && view.getUint8(page * pageBytes) === TABLE_PAGE) {
      if (seenIn[page] === first) return false;
      if (seenIn[page] !== 0) break;
      seenIn[page] = first;
      page = view.getUint32(page * pageBytes + NEXT_PAGE_AT, true);
    }
  }
  return true;
}
