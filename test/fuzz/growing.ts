import type { Dice } from '../faults/dice.js';
import { fc } from '../support/property.js';
import { UNITS } from './shapes.js';

/** An input that can be had in any size, with the same kind of content throughout. */
export interface Growing {
  readonly before: string;
  /** What comes over and over. */
  readonly unit: string;
  readonly after: string;
  /** Each time with another number behind it: what is remembered by name grows only with many names. */
  readonly isNumbered: boolean;
}

/** A sample that swells at one place: with a piece of its own, or with what separates, quotes, counts and nests. */
export function growingOf(sample: Uint8Array, dice: Dice): Growing {
  const text = Buffer.from(sample).toString('latin1');
  const at = dice.between(0, text.length);
  const from = dice.between(0, text.length);
  const own = text.slice(from, from + dice.oneOf([1, 8, 40, 200]));
  const foreign = Array.from({ length: dice.between(1, 3) }, () => dice.oneOf(UNITS)).join('');
  return {
    before: dice.oneOf([text.slice(0, at), '']),
    unit: (dice.between(0, 1) ? own : foreign) || foreign,
    after: dice.oneOf([text.slice(at), '', '\n', '"', 'x']),
    isNumbered: dice.between(0, 3) === 0,
  };
}

export function grow({ before, unit, after, isNumbered }: Growing, bytes: number): Buffer {
  const units = isNumbered
    ? Array.from({ length: Math.ceil(bytes / (unit.length + 4)) }, (_, i) => `${unit}${i}`).join('')
    : unit.repeat(Math.ceil(bytes / unit.length));
  return Buffer.from(`${before}${units}${after}`, 'latin1');
}

/** Text that a shape's table has none of: fast-check's own, in the bytes of UTF-8. */
export const anyText: fc.Arbitrary<Buffer> = fc
  .string({ unit: 'binary', maxLength: 200 })
  .map((text) => Buffer.from(text));
