import { STATUS, VERIFY } from '../punch.js';

/** The words and numbers of files to the one code system; null for what a file doesn't prove. */

const STATUS_WORDS: ReadonlyMap<string, number> = new Map([
  ['i', STATUS.in],
  ['in', STATUS.in],
  ['cin', STATUS.in],
  ['checkin', STATUS.in],
  ['dutyon', STATUS.in],
  ['o', STATUS.out],
  ['out', STATUS.out],
  ['cout', STATUS.out],
  ['checkout', STATUS.out],
  ['dutyoff', STATUS.out],
  ['breakout', STATUS.breakOut],
  ['breakin', STATUS.breakIn],
  ['overtimein', STATUS.overtimeIn],
  ['otin', STATUS.overtimeIn],
  ['overtimeout', STATUS.overtimeOut],
  ['otout', STATUS.overtimeOut],
  ['เข้า', STATUS.in],
  ['เข้างาน', STATUS.in],
  ['ออก', STATUS.out],
  ['ออกงาน', STATUS.out],
  ['ເຂົ້າ', STATUS.in],
  ['ອອກ', STATUS.out],
]);

/** Letter case counts only for single letters: `i` and `o` are not `I` and `O` in every ZKTime version. */
export function statusOf(text: string): number | null {
  const word = text.trim();
  if (/^\d+$/.test(word)) return statusNumber(word);
  if (word.length === 1 && word !== 'I' && word !== 'O') return null;
  return STATUS_WORDS.get(word.toLowerCase().replace(/[\s/_-]+/g, '')) ?? null;
}

/** ZKTeco's own number: 0..255. */
export function statusNumber(text: string): number | null {
  return byteOf(text);
}

const VERIFY_KINDS: ReadonlyMap<string, string> = new Map([
  ['fp', 'finger'],
  ['finger', 'finger'],
  ['fingerprint', 'finger'],
  ['pw', 'password'],
  ['pass', 'password'],
  ['pwd', 'password'],
  ['password', 'password'],
  ['card', 'card'],
  ['rf', 'card'],
  ['idcard', 'card'],
  ['face', 'face'],
  ['vein', 'vein'],
  ['fv', 'vein'],
  ['fingervein', 'vein'],
  ['palm', 'palm'],
  ['นิ้ว', 'finger'],
  ['ลายนิ้วมือ', 'finger'],
  ['บัตร', 'card'],
  ['ใบหน้า', 'face'],
  ['รหัสผ่าน', 'password'],
]);

/** ZKTeco's appendix; kinds in alphabetical order. */
const VERIFY_NUMBERS: ReadonlyMap<string, number> = new Map([
  ['finger', VERIFY.finger],
  ['password', VERIFY.password],
  ['card', VERIFY.card],
  ['face', VERIFY.face],
  ['vein', VERIFY.vein],
  ['palm', VERIFY.palm],
  ['finger+password', 9],
  ['card+finger', 10],
  ['card+password', 11],
  ['card+finger+password', 12],
  ['face+finger', 16],
  ['face+password', 17],
  ['card+face', 18],
  ['card+face+finger', 19],
  ['face+finger+password', 20],
  ['password+vein', 22],
  ['card+vein', 23],
  ['card+password+vein', 24],
  ['card+palm', 26],
  ['face+palm', 27],
  ['finger+palm', 28],
  ['face+finger+palm', 29],
]);

/** Words as the PC programs write them: `FP`, `FACE`, `FP+PW`, `Fingerprint`. */
export function verifyWord(text: string): number | null {
  const kinds = new Set<string>();
  for (const word of text.toLowerCase().split(/[+&/,]/)) {
    const kind = VERIFY_KINDS.get(word.replace(/[\s_-]+/g, ''));
    if (kind === undefined) return null;
    kinds.add(kind);
  }
  return VERIFY_NUMBERS.get([...kinds].sort().join('+')) ?? null;
}

/** ZKTeco's own number, or a word. */
export function verifyOf(text: string): number | null {
  return byteOf(text) ?? verifyWord(text);
}

const FK_KINDS = ['', 'finger', 'password', 'card', 'face', 'vein', '', 'palm'] as const;
const FK_FINGER = '1';

/**
 * The Mode column of FK text files. Of its small numbers only 1 (finger) means the same in all sources; a large one
 * packs up to eight kinds, one per four bits from the top (hip-files.md d, fkweb.md 1.6).
 */
export function fkVerify(text: string): number | null {
  const word = text.trim();
  if (word === FK_FINGER) return VERIFY.finger;
  if (!/^-?\d+$/.test(word)) return verifyWord(word);
  const packed = Number(word) >>> 0;
  if (packed <= 255) return null;
  const kinds = new Set<string>();
  for (let shift = 28; shift >= 0; shift -= 4) {
    const nibble = (packed >>> shift) & 0x0f;
    if (nibble === 0) break;
    kinds.add(FK_KINDS[nibble] ?? '');
  }
  return VERIFY_NUMBERS.get([...kinds].sort().join('+')) ?? null;
}

function byteOf(text: string): number | null {
  const word = text.trim();
  if (!/^\d{1,3}$/.test(word)) return null;
  const number = Number(word);
  return number <= 255 ? number : null;
}
