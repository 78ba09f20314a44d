import { wallSeconds, wallText } from '../../src/lib/punch.js';
import { fc } from '../support/property.js';

/** What is to be read again from whatever layout it was written in. */
export interface Fact {
  readonly user: string;
  /** `YYYY-MM-DD HH:MM:SS` */
  readonly time: string;
  /** A status that every layout can say: 0 in, 1 out. */
  readonly code: number;
}

const FIRST = wallSeconds('2020-01-02 00:00:00');
const LAST = wallSeconds('2026-11-21 23:59:59');

export const fact: fc.Arbitrary<Fact> = fc.record({
  user: fc.integer({ min: 1, max: 999_999_999 }).map(String),
  time: fc.integer({ min: FIRST, max: LAST }).map(wallText),
  code: fc.constantFrom(0, 1),
});

export const identityOfFact = ({ user, time }: Fact): string => identityOf({ userId: user, time });

export function identityOf({ userId, time }: { readonly userId: string; readonly time: string }): string {
  return `${userId} ${time}`;
}
