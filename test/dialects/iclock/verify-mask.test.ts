import { expect, test } from 'vitest';
import { codeOfMask, isVerifyMask } from '../../../src/lib/dialects/iclock/verify-mask.js';

function maskOf(...bits: number[]): string {
  const mask = bits.reduce((sum, bit) => sum | (1 << bit), 0);
  return mask.toString(2).padStart(16, '0');
}

test.each([
  [[1], 15],
  [[2], 25],
  [[3], 25],
  [[2, 3], 25],
  [[4], 1],
  [[5], 21],
  [[9], 3],
  [[10], 2],
  [[11], 4],
  [[4, 10], 8],
  [[4, 9], 9],
  [[4, 11], 10],
  [[9, 11], 11],
  [[4, 9, 11], 12],
  [[4, 9, 10], 13],
  [[1, 4], 16],
  [[1, 9], 17],
  [[1, 11], 18],
  [[1, 4, 11], 19],
  [[1, 4, 9], 20],
  [[5, 9], 22],
  [[5, 11], 23],
  [[5, 9, 11], 24],
  [[3, 11], 26],
  [[1, 3], 27],
  [[3, 4], 28],
  [[1, 3, 4], 29],
  [[1, 10], 15],
  [[6], 200],
  [[1, 9, 11], 200],
  [[], null],
])('bits %j are code %s', (bits, code) => {
  expect(codeOfMask(maskOf(...bits))).toBe(code);
});

test('only 16 characters of 0 and 1 are a mask', () => {
  expect(isVerifyMask('0000000000000010')).toBe(true);
  for (const text of ['10', '000000000000001', '00000000000000010', '0000000000000012', '']) {
    expect(isVerifyMask(text)).toBe(false);
  }
});
