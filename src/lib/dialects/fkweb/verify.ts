import { VERIFY } from '../../punch.js';

/**
 * How FK firmware says a person was recognised, to the ZKTeco verify numbers (adms.md 9.2, appendix). FK says a list
 * of kinds in three forms; ZKTeco has one number per combination, so the order in which they were used is lost
 * there and stays in `raw`.
 */

type Kind = 'F' | 'P' | 'C' | 'A' | 'V' | 'I' | 'H';

/** F finger, P password, C card, A face, V vein, I iris, H palm (hand); letters in alphabetical order. */
const NUMBERS: Readonly<Record<string, number>> = {
  F: VERIFY.finger,
  P: VERIFY.password,
  C: VERIFY.card,
  A: VERIFY.face,
  V: VERIFY.vein,
  H: VERIFY.palm,
  FP: 9,
  CF: 10,
  CP: 11,
  CFP: 12,
  AF: 16,
  AP: 17,
  AC: 18,
  ACF: 19,
  AFP: 20,
  PV: 22,
  CV: 23,
  CPV: 24,
  CH: 26,
  AH: 27,
  FH: 28,
  AFH: 29,
};

/** Nibble values of the packed word (fkweb.md 1.6, five sources, 1, 3 and 4 confirmed on hardware). */
const BY_NIBBLE: readonly (Kind | undefined)[] = [undefined, 'F', 'P', 'C', 'A', 'V', 'I', 'H'];

/** One-byte codes of HS100 and HS101 (four sources). 8 stands apart: see below. */
const BY_CODE: Readonly<Record<number, string>> = {
  1: 'F',
  2: 'P',
  3: 'C',
  4: 'FP',
  5: 'FC',
  6: 'PF',
  7: 'CF',
  9: 'CP',
  20: 'A',
  21: 'AC',
  22: 'AP',
  23: 'CA',
  24: 'PA',
  25: 'AF',
  40: 'H',
  137: 'PC',
};

const BY_WORD: Readonly<Record<string, Kind>> = {
  FP: 'F',
  FINGER: 'F',
  FINGERPRINT: 'F',
  PW: 'P',
  PWD: 'P',
  PASSWORD: 'P',
  CARD: 'C',
  IDCARD: 'C',
  RFCARD: 'C',
  RFID: 'C',
  FACE: 'A',
  VEIN: 'V',
  FV: 'V',
  FINGERVEIN: 'V',
  IRIS: 'I',
  PALM: 'H',
  PALMVEIN: 'H',
};

/** @returns null where the device says nothing, or nothing the table knows */
export function verifyOf(verifyMode: string | null, library: string | null): number | null {
  const text = verifyMode?.trim() ?? '';
  const kinds = /^-?\d{1,10}$/.test(text) ? kindsOfNumber(Number(text) >>> 0, library) : kindsOfWords(text);
  if (kinds === null) return null;
  return NUMBERS[[...new Set(kinds)].sort().join('')] ?? null;
}

function kindsOfNumber(value: number, library: string | null): Kind[] | null {
  if (value > 255) return kindsOfNibbles(value);
  // 8 is finger and face on newer HS101 and a job number on HS100: only the library tells (sources disagree).
  const letters = value === 8 && /HS101/i.test(library ?? '') ? 'AF' : BY_CODE[value];
  return letters === undefined ? null : ([...letters] as Kind[]);
}

/** Up to eight kinds from the most significant nibble down; the first 0 ends the list. */
function kindsOfNibbles(word: number): Kind[] | null {
  const kinds: Kind[] = [];
  for (let shift = 28; shift >= 0; shift -= 4) {
    const nibble = (word >>> shift) & 15;
    if (nibble === 0) break;
    const kind = BY_NIBBLE[nibble];
    if (kind === undefined) return null;
    kinds.push(kind);
  }
  return kinds;
}

function kindsOfWords(text: string): Kind[] | null {
  if (text === '' || text.length > 100) return null;
  const kinds = text.split('+').map((word) => BY_WORD[word.toUpperCase().replace(/[\s_-]/g, '')]);
  return kinds.every((kind) => kind !== undefined) ? kinds : null;
}
