import { openBody, slotOf } from '../dialects/fkweb/frame.js';
import { countAt, textAt } from '../dialects/fkweb/json.js';
import { scrubJson } from './scrub-fields.js';
import { fill, scrubUserId, scrubWord } from './scrub-names.js';

/**
 * Frames of the FK family (fkweb.md 1.4): the JSON by its names, lists of punches and users by their layout
 * (fkweb.md 1.12), every other binary as a template or photo.
 */

/** Where a slot of this size holds the user id: a word, or a text of so many bytes. */
const PUNCH_IDS: Readonly<Record<number, IdPlace>> = {
  12: { at: 0, textBytes: 0 },
  20: { at: 0, textBytes: 0 },
  24: { at: 0, textBytes: 0 },
  32: { at: 0, textBytes: 16 },
  40: { at: 0, textBytes: 32 },
  48: { at: 0, textBytes: 32 },
  52: { at: 0, textBytes: 32 },
};
const USER_IDS: Readonly<Record<number, IdPlace>> = {
  8: { at: 0, textBytes: 0 },
  20: { at: 0, textBytes: 16 },
  36: { at: 0, textBytes: 32 },
};
/** HS100 keeps its id in the second word, of punches and of users. */
const HS100_ID: IdPlace = { at: 4, textBytes: 0 };
const HS100_SIZES: readonly number[] = [8, 12];
const LENGTH_BYTES = 4;

interface IdPlace {
  readonly at: number;
  /** 0 is a little-endian word of four bytes. */
  readonly textBytes: number;
}

/** @param library `fk_bin_data_lib` as the device said it before; '' when unknown */
export function scrubFrame(bytes: Uint8Array, library: string): Buffer {
  const source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const { body } = openBody(bytes);
  if (body === null) return scrubBroken(source);
  const isBare = body.head.length === bytes.length && bytes[0] === OPENING_BRACE;
  const jsonAt = isBare ? 0 : LENGTH_BYTES;
  const out = Buffer.from(source);
  out.write(scrubJson(source.toString('latin1', jsonAt, body.head.length)), jsonAt, 'latin1');
  let at = body.head.length;
  const said = textAt(body.json, 'fk_bin_data_lib') ?? library;
  [...body.binaries, ...(body.rest.length > 0 ? [body.rest] : [])].forEach((binary, i) => {
    at += LENGTH_BYTES;
    scrubBinary(
      out.subarray(at, at + binary.length),
      slotsIn({ json: body.json, library: said, bytes: binary.length }, i + 1),
    );
    at += binary.length;
  });
  return out;
}

const OPENING_BRACE = 123;

/** What does not open: its readable beginning as JSON, and of the rest only how long it was. */
function scrubBroken(source: Buffer): Buffer {
  const jsonAt = [0, LENGTH_BYTES].find((at) => /^(?:\{"|\[)/.test(source.toString('latin1', at, at + 2)));
  const kept = Math.min(LENGTH_BYTES, source.length);
  if (jsonAt === undefined) {
    return Buffer.concat([source.subarray(0, kept), Buffer.from(fill(source.toString('latin1', kept)))]);
  }
  const text = source.toString('latin1', jsonAt);
  const terminator = /[\0\n\r ]*$/.exec(text)!.index;
  const end = /[\0-\x08\x0e-\x1f]|\xff\xd8/.exec(text.slice(0, terminator))?.index ?? terminator;
  const lost = fill(text.slice(end, terminator)) + text.slice(terminator);
  const out = `${source.toString('latin1', 0, jsonAt)}${scrubJson(text.slice(0, end))}${lost}`;
  return Buffer.from(out, 'latin1');
}

interface Slots {
  readonly size: number;
  readonly place: IdPlace;
}

interface Said {
  readonly json: Readonly<Record<string, unknown>>;
  readonly library: string;
  readonly bytes: number;
}

/** How the binary in this slot is laid out; null for a template, a photo or a layout that nobody knows. */
function slotsIn({ json, library, bytes }: Said, slot: number): Slots | null {
  const isHs100 = /HS100$/i.test(library);
  const look = (list: 'log' | 'user_id', places: Readonly<Record<number, IdPlace>>): Slots | null => {
    const count = countAt(json, `${list}_count`) ?? 0;
    const size = countAt(json, `one_${list}_size`) ?? (count > 0 ? Math.floor(bytes / count) : 0);
    if (slotOf(json[`${list}_array`]) !== slot || places[size] === undefined) return null;
    return { size, place: isHs100 && HS100_SIZES.includes(size) ? HS100_ID : places[size] };
  };
  return look('log', PUNCH_IDS) ?? look('user_id', USER_IDS);
}

function scrubBinary(bytes: Buffer, slots: Slots | null): void {
  if (slots === null) {
    bytes.write(fill(bytes.toString('latin1')), 'latin1');
    return;
  }
  for (let at = 0; at + slots.size <= bytes.length; at += slots.size) {
    scrubSlot(bytes.subarray(at, at + slots.size), slots.place);
  }
  const cut = bytes.subarray(bytes.length - (bytes.length % slots.size));
  if (cut.some((byte) => byte !== 0)) cut.write(fill(cut.toString('latin1')), 'latin1');
}

function scrubSlot(slot: Buffer, { at, textBytes }: IdPlace): void {
  const first = slot[0];
  // Memory that was never written.
  if ((first === 0 || first === 0xff) && slot.every((byte) => byte === first)) return;
  if (textBytes === 0) {
    slot.writeUInt32LE(scrubWord(slot.readUInt32LE(at)), at);
    return;
  }
  const text = slot.toString('latin1', at, at + textBytes);
  const end = text.indexOf('\0');
  slot.write(scrubUserId(end < 0 ? text : text.slice(0, end)), at, 'latin1');
  if (end >= 0) slot.fill(0, at + end, at + textBytes);
}
