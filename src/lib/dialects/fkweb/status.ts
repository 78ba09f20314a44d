import { STATUS } from '../../punch.js';

/**
 * What FK firmware says about direction, to the ZKTeco status numbers that all of hip uses (decision "one code
 * system"). FK keys and ZKTeco numbers overlap but differ: FK 1 is "in", ZKTeco 1 is "out".
 */

export interface SaidDirection {
  /** `io_mode` as the device wrote it, number or word; null when it wrote none. */
  readonly ioMode: string | null;
  /** The plain dialect's `inOut`; null in the framed one. */
  readonly inOut: string | null;
  /** `fk_bin_data_lib`; null when unknown. */
  readonly library: string | null;
}

/** Function keys 1..6 (fkweb.md 1.6): in, out, break-in, break-out, overtime-in, overtime-out. */
const BY_KEY: Readonly<Record<number, number>> = {
  1: STATUS.in,
  2: STATUS.out,
  3: STATUS.breakIn,
  4: STATUS.breakOut,
  5: STATUS.overtimeIn,
  6: STATUS.overtimeOut,
};
const BY_WORD: Readonly<Record<string, number>> = { IN: STATUS.in, OUT: STATUS.out };

/**
 * @param statusMap the device's own words to our numbers (`devices.<sn>.statusMap`): the raw value first, then the
 *   key decoded from it, then the word
 * @returns null where the device says nothing at all
 */
export function statusOf(said: SaidDirection, statusMap?: ReadonlyMap<string, number>): number | null {
  const ioMode = said.ioMode?.trim() ?? null;
  const word = said.inOut?.trim().toUpperCase() ?? null;
  if (ioMode === null && word === null) return null;
  const { key, direction } = readIoMode(ioMode, said.library);
  const mapped = lookUp(statusMap, [
    ioMode,
    key === null ? null : String(key),
    said.inOut?.trim() ?? null,
    word,
  ]);
  if (mapped !== undefined) return mapped;
  // A word is plain speech; `ioMode` beside it need not be a key (the R6 sends 10 with "IN", 1.6).
  return BY_WORD[word ?? ''] ?? BY_KEY[key ?? 0] ?? BY_WORD[direction ?? ''] ?? STATUS.unknown;
}

interface IoMode {
  /** Number of the function key; null where the form carries none. */
  readonly key: number | null;
  readonly direction: 'IN' | 'OUT' | null;
}

/** The four forms of `io_mode` (fkweb.md 1.6), told apart by their size alone. */
function readIoMode(text: string | null, library: string | null): IoMode {
  const upper = text?.toUpperCase() ?? '';
  if (upper === 'IN' || upper === 'OUT') return { key: null, direction: upper };
  if (!/^-?\d{1,10}$/.test(upper)) return { key: null, direction: null };
  // A 32-bit word may be printed as a negative int32.
  const word = Number(upper) >>> 0;
  if (word <= 15) return { key: word, direction: null };
  // One byte, direction in the high nibble, door code in the low one (one source, no capture).
  if (word <= 255) return { key: null, direction: directionOf(word >>> 4) };
  // HS102 gives the key eight bits; the others four, and the direction of the door reader four (two sources).
  if (/HS102$/i.test(library ?? '')) return { key: word >>> 24, direction: null };
  return { key: (word >>> 24) & 15, direction: directionOf(word >>> 28) };
}

function directionOf(nibble: number): IoMode['direction'] {
  if (nibble === 0) return null;
  return nibble === 1 ? 'IN' : 'OUT';
}

function lookUp(map: ReadonlyMap<string, number> | undefined, words: readonly (string | null)[]) {
  if (map === undefined) return undefined;
  const found = words.find((word) => word !== null && map.has(word));
  return found == null ? undefined : map.get(found);
}
