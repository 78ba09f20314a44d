import type { Dice } from '../faults/dice.js';
import { fc } from '../support/property.js';

/** fast-check's own chance as dice: what a property throws with them is repeated by its seed, and shrunk. */
export const chance: fc.Arbitrary<Dice> = fc.gen().map((gen) => {
  const between = (from: number, to: number): number => gen(fc.integer, { min: from, max: to });
  return { seed: 0, between, oneOf: (choices) => choices[between(0, choices.length - 1)]! };
});

/** As fast-check is to show it when a property fails: bytes as text, not as a list of numbers. */
export function shown<T extends object>(value: T, bytes: Uint8Array): T & { readonly bytes: Uint8Array } {
  const text = (): string => JSON.stringify({ ...value, bytes: Buffer.from(bytes).toString('latin1') });
  return Object.defineProperty({ ...value, bytes }, fc.toStringMethod, { value: text });
}
