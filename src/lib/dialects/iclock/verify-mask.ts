/**
 * The 16-character verify mask of newer access firmware, to our one code system. Counted from the right: bit 1 face,
 * 2 palm print, 3 palm vein, 4 finger, 5 finger vein, 9 password, 10 user id, 11 card (Security PUSH, parameter
 * NewVFStyles). Never a decimal number: `0000000000000010` is a face, not code 10.
 */

const MASK = /^[01]{16}$/;
const NAMES: readonly (string | null)[] = [
  null,
  'face',
  'palm',
  'palm',
  'finger',
  'vein',
  null,
  null,
  null,
  'password',
  null,
  'card',
];
/** Bit 10, the typed user id, counts only beside a finger or alone: no other combination has a number. */
const USER_ID = 1 << 10;
const OTHER = 200;

const CODES: Readonly<Record<string, number>> = {
  finger: 1,
  password: 3,
  card: 4,
  'finger+password': 9,
  'card+finger': 10,
  'card+password': 11,
  'card+finger+password': 12,
  face: 15,
  'face+finger': 16,
  'face+password': 17,
  'card+face': 18,
  'card+face+finger': 19,
  'face+finger+password': 20,
  vein: 21,
  'password+vein': 22,
  'card+vein': 23,
  'card+password+vein': 24,
  palm: 25,
  'card+palm': 26,
  'face+palm': 27,
  'finger+palm': 28,
  'face+finger+palm': 29,
};
const WITH_USER_ID: Readonly<Record<string, number>> = { '': 2, finger: 8, 'finger+password': 13 };

export function isVerifyMask(text: string): boolean {
  return MASK.test(text);
}

/** Null for an empty mask; 200 (other) for a combination without a number. */
export function codeOfMask(text: string): number | null {
  const mask = Number.parseInt(text, 2);
  if (mask === 0) return null;
  const ways = new Set<string>();
  NAMES.forEach((name, bit) => {
    if (name !== null && (mask & (1 << bit)) !== 0) ways.add(name);
  });
  const key = [...ways].sort().join('+');
  const withUserId = (mask & USER_ID) !== 0 ? WITH_USER_ID[key] : undefined;
  return withUserId ?? CODES[key] ?? OTHER;
}
