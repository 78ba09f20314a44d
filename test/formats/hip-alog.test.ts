import { expect, it } from 'vitest';
import { hipAlog } from '../../src/lib/formats/hip-alog.js';
import { fc } from '../support/property.js';
import { bytesOf, readAll } from './reading.js';

const word = (...words: string[]): fc.Arbitrary<string> => fc.constantFrom(...words);
const number = (max: number): fc.Arbitrary<string> => fc.integer({ min: 0, max }).map(String);
const two = (max: number): fc.Arbitrary<string> => number(max).map((text) => text.padStart(2, '0'));

const date = fc
  .tuple(
    number(33),
    word('/', '-', '.'),
    number(14),
    word('/', '-'),
    word('2026', '2569', '1999', '26', '69'),
  )
  .map(
    ([day, first, month, second, year]) => `${day}${first}${month}${second === '/' ? first : second}${year}`,
  );
const time = fc
  .tuple(number(25), two(60), two(60), word('', ' AM', ' PM'))
  .map(([hour, minute, second, meridiem]) => `${hour}:${minute}:${second}${meridiem}`);
const rest = fc.array(word('FP', 'IN', 'OUT', 'AM', 'PM', 'CARD'), { maxLength: 3 });

it('reads the usual row in one step exactly as word by word', async () => {
  await fc.assert(
    fc.asyncProperty(
      number(99),
      word('0', '7', '0042', 'A_1'),
      date,
      time,
      rest,
      async (no, id, day, clock, words) => {
        const usual = [no, id, day, clock, ...words, 'FP'].join('  ');
        // A small letter is not in the usual shape and changes nothing else.
        const read = async (row: string) => {
          const { punches, rejected, skipped, end } = await readAll(hipAlog, {
            fileName: 'a.txt',
            bytes: bytesOf(`${row}\n`),
          });
          const { measure } = JSON.parse(end.note) as { measure: number };
          return {
            punches: punches.map((punch) => ({ ...punch, raw: '' })),
            rejected: rejected.map((reject) => reject.reason),
            skipped,
            measure,
          };
        };
        expect(await read(usual)).toEqual(await read(usual.replace(/FP$/, 'fp')));
      },
    ),
    { seed: 20260115, numRuns: 500 },
  );
});
