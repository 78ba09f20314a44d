/** Clocks in words and numbers, for people. */

/** The fact `clockOffsetSeconds`: device minus this PC; null when it is not known. */
export function parseOffset(fact: string | undefined): number | null {
  return fact !== undefined && /^-?\d{1,12}$/.test(fact) ? Number(fact) : null;
}

/** `3 s`, `5 min`, `7 h`, `26 years`: what a person compares. */
export function renderSpan(seconds: number): string {
  const size = Math.abs(Math.round(seconds));
  if (size < 120) return `${size} s`;
  if (size < 7_200) return `${Math.round(size / 60)} min`;
  if (size < 172_800) return `${Math.round(size / 3_600)} h`;
  if (size < 63_072_000) return `${Math.round(size / 86_400)} days`;
  return `${Math.round(size / 31_557_600)} years`;
}

/** `7 h behind`, `3 s ahead`, `right`. */
export function renderOffset(seconds: number): string {
  if (seconds === 0) return 'right';
  return `${renderSpan(seconds)} ${seconds < 0 ? 'behind' : 'ahead'}`;
}
