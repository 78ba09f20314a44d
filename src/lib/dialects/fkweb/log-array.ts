import { createWallTime } from '../../punch.js';
import { createPunch, type GlogContext, type ReadGlog } from './glog.js';
import type { FkTime } from './time.js';

/**
 * The binary layouts of punches in the results of `GET_LOG_DATA` (fkweb.md 1.12), chosen by their size. All numbers
 * are little-endian. Layouts of 40 and 52 bytes are known from a C struct only, and the vendor's own decoder has
 * offset errors there: they are not read.
 */
export interface Layout {
  readonly size: number;
  readonly read: (view: DataView, at: number) => SaidSlot;
}

/** One slot as it lies there. */
interface SaidSlot {
  readonly userId: string;
  readonly time: FkTime | null;
  readonly ioMode: number;
  readonly verifyMode: number;
  readonly workCode?: number;
  /** Tenths of a degree. */
  readonly temperature?: number;
  /** The library that a layout belongs to, where it decides how `io_mode` is read. */
  readonly library?: string;
}

const HEX = '0123456789abcdef';
const UTF8 = new TextDecoder('utf-8');

const HS101: Layout = {
  size: 12,
  read: (view, at) => ({
    userId: String(view.getUint32(at, true)),
    time: readTime(view, at + 8, view.getUint8(at + 7)),
    ioMode: view.getUint8(at + 5),
    verifyMode: view.getUint8(at + 6),
  }),
};

/** HS100 packs way and direction into 16 bits, and its year has 12 bits. */
const HS100: Layout = {
  size: 12,
  read: (view, at) => {
    const packed = view.getUint16(at + 1, true);
    const isValid = view.getUint8(at) === 1;
    return {
      userId: String(view.getUint32(at + 4, true)),
      time: isValid ? readHs100Time(view.getUint32(at + 8, true), view.getUint8(at + 3)) : null,
      ioMode: (packed >>> 6) & 3,
      verifyMode: packed & 63,
    };
  },
};

const HS105: Layout = {
  size: 20,
  read: (view, at) => ({
    userId: String(view.getUint32(at, true)),
    time: readTime(view, at + 8, view.getUint8(at + 7)),
    ioMode: view.getUint32(at + 12, true),
    verifyMode: view.getUint32(at + 16, true),
    workCode: view.getUint8(at + 6),
  }),
};

const HS101_TEMPERATURE: Layout = {
  size: 24,
  read: (view, at) => ({
    userId: String(view.getUint32(at, true)),
    time: readTime(view, at + 8, view.getUint8(at + 7)),
    ioMode: view.getUint32(at + 12, true),
    verifyMode: view.getUint32(at + 16, true),
    temperature: view.getUint32(at + 20, true) & 0x3ff,
  }),
};

const HS102: Layout = {
  size: 32,
  read: (view, at) => ({
    userId: readText(view, at, 16),
    time: readTime(view, at + 20, view.getUint8(at + 19)),
    ioMode: view.getUint32(at + 24, true),
    verifyMode: view.getUint32(at + 28, true),
    library: 'FKDataHS102',
  }),
};

const HS103: Layout = {
  size: 48,
  read: (view, at) => ({
    userId: readText(view, at, 32),
    time: readTime(view, at + 36, view.getUint8(at + 35)),
    ioMode: view.getUint32(at + 40, true),
    verifyMode: view.getUint32(at + 44, true),
    workCode: view.getUint8(at + 34),
    library: 'FKDataHS103',
  }),
};

const BY_SIZE = new Map(
  [HS101, HS105, HS101_TEMPERATURE, HS102, HS103].map((layout) => [layout.size, layout]),
);

/** Null when the size has no proven layout; only 12 bytes need the library to tell two layouts apart. */
export function layoutOf(size: number, library: string | null): Layout | null {
  if (size !== HS101.size || library === null) return BY_SIZE.get(size) ?? null;
  if (/HS100$/i.test(library)) return HS100;
  return /HS(200|104)$/i.test(library) ? null : HS101;
}

/** Why a size is not read. */
export function layoutFault(size: number): string {
  return size === 40 || size === 52
    ? `punches of ${size} bytes: their layout is not proven`
    : `punches of ${size} bytes: no such layout is known`;
}

/** One slot; null when it holds nothing, as flash memory is before it is written. */
export function readSlot(layout: Layout, bytes: Uint8Array, context: GlogContext): ReadGlog | null {
  if (isBlank(bytes)) return null;
  const slot = layout.read(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), 0);
  return createPunch(
    {
      userId: slot.userId,
      time: slot.time,
      ioMode: String(slot.ioMode),
      inOut: null,
      verifyMode: String(slot.verifyMode),
      workCode: slot.workCode === undefined ? null : String(slot.workCode),
      library: slot.library ?? null,
      raw: () => renderRaw(slot, bytes),
    },
    context,
  );
}

function isBlank(bytes: Uint8Array): boolean {
  const first = bytes[0];
  return (first === 0 || first === 0xff) && bytes.every((byte) => byte === first);
}

/** NUL ends the text; blanks behind it are padding. */
export function readText(view: DataView, at: number, size: number): string {
  let text = '';
  for (let i = at; i < at + size; i++) {
    const byte = view.getUint8(i);
    if (byte === 0) break;
    if (byte > 127) return decodeText(view, at, size);
    text += String.fromCharCode(byte);
  }
  return text.trimEnd();
}

/** Ids are ASCII; a decoder for each of 200,000 would take most of the time of reading them. */
function decodeText(view: DataView, at: number, size: number): string {
  const bytes = new Uint8Array(view.buffer, view.byteOffset + at, size);
  const end = bytes.indexOf(0);
  return UTF8.decode(end < 0 ? bytes : bytes.subarray(0, end)).trimEnd();
}

/**
 * The packed time: bits 2-11 year less 1900, 12-15 month, 16-20 day, 21-25 hour, 26-31 minute; the second apart.
 * Checked on seven real slots. Public decoders with other year rules are right only in some years.
 */
function readTime(view: DataView, at: number, second: number): FkTime | null {
  const word = view.getUint32(at, true);
  return fkTime(((word >>> 2) & 0x3ff) + 1900, word, second);
}

/** HS100: twelve bits of year, which the vendor takes as it is and another source counts from 1900. */
function readHs100Time(word: number, second: number): FkTime | null {
  const year = word & 0xfff;
  return fkTime(year >= 1900 ? year : year + 1900, word, second);
}

function fkTime(year: number, word: number, second: number): FkTime | null {
  const day = (word >>> 16) & 31;
  const wall = createWallTime([year, (word >>> 12) & 15, day, (word >>> 21) & 31, word >>> 26, second]);
  return wall === null ? null : { time: wall.time, buddhistYear: wall.buddhistYear, precision: 'second' };
}

/** Written out by hand: JSON of an object for each of 200,000 costs more than all the rest of reading them. */
function renderRaw(slot: SaidSlot, bytes: Uint8Array): string {
  const more =
    (slot.workCode ? `,"work_code":${slot.workCode}` : '') +
    (slot.temperature ? `,"temperature":${slot.temperature}` : '');
  const userId = JSON.stringify(slot.userId);
  return `{"hex":"${hexOf(bytes)}","user_id":${userId},"io_mode":${slot.ioMode},"verify_mode":${slot.verifyMode}${more}}`;
}

/** From codes at once: digit by digit the text would be a chain of a hundred small ones. */
function hexOf(bytes: Uint8Array): string {
  const codes: number[] = [];
  for (let i = 0; i < bytes.length; i++)
    codes.push(HEX.charCodeAt(bytes[i]! >> 4), HEX.charCodeAt(bytes[i]! & 15));
  return String.fromCharCode(...codes);
}
