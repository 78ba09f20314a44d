import { describe, expect, test } from 'vitest';
import { readColumns } from '../../../src/lib/dialects/iclock/columns.js';
import { parseWallTime } from '../../../src/lib/punch.js';
import { fc } from '../../support/property.js';

const LENIENT = { lenient: true };
const STRICT = { lenient: false };

describe('the fast reading of a time', () => {
  test('says the same as the general one, for any text of its length', () => {
    const digit = fc.constantFrom(...'0123456789');
    const like = fc
      .tuple(
        fc.array(digit, { minLength: 14, maxLength: 14 }),
        fc.constantFrom('-', '/', '.'),
        fc.constantFrom(' ', 'T'),
      )
      .map(([d, dash, gap]) => {
        const [y, mo, da, h, mi, s] = [
          d.slice(0, 4),
          d.slice(4, 6),
          d.slice(6, 8),
          d.slice(8, 10),
          d.slice(10, 12),
          d.slice(12),
        ];
        return `${y.join('')}${dash}${mo.join('')}${dash}${da.join('')}${gap}${h.join('')}:${mi.join('')}:${s.join('')}`;
      });
    fc.assert(
      fc.property(fc.oneof(like, fc.string({ minLength: 19, maxLength: 19 })), (text) => {
        if (/[\t,]/.test(text)) return;
        const read = readColumns(`7\t${text}`, LENIENT);
        expect(typeof read === 'string' ? null : read.wall).toEqual(parseWallTime(text));
      }),
      { numRuns: 2_000 },
    );
  });

  test.each([
    ['2026-03-02 08:05', true],
    ['2026-3-2 8:05', true],
    ['2026-03-02 08:05:00', false],
    ['2026-3-2 8:5:0', false],
    ['1772438700', false],
  ])('of %s to the minute: %s', (text, toMinute) => {
    expect(readColumns(`7\t${text}`, LENIENT)).toMatchObject({ toMinute });
  });
});

test.each([
  ['7\t1772438700', 'time is not a date'],
  ['7,2026-03-02 08:05:00', 'time is not a date'],
  ['ATTLOG\t7\t2026-03-02 08:05:00', 'time is not a date'],
])('%s is no punch without the leniency of a proven path', (line, reason) => {
  expect(readColumns(line, LENIENT)).not.toBeTypeOf('string');
  expect(typeof readColumns(line, STRICT)).toBe('string');
  expect(readColumns(line, STRICT)).toBe(reason);
});

test('a user id is taken as it stands, without the blanks around it', () => {
  expect(readColumns('  0090 \t2026-03-02 08:05:00', LENIENT)).toMatchObject({ userId: '0090' });
});

test('bytes of no known code page are no user id', () => {
  expect(readColumns('\ufffd7\t2026-03-02 08:05:00', LENIENT)).toBe('user id has unreadable characters');
});
