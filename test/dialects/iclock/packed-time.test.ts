import { expect, test } from 'vitest';
import { packTime, unpackTime } from '../../../src/lib/dialects/iclock/packed-time.js';
import { fc } from '../../support/property.js';

test.each([
  // Samples of the vendor's document.
  ['548003688', '2017-01-19 15:14:48'],
  ['0', '2000-01-01 00:00:00'],
  ['865123200', '2026-12-01 00:00:00'],
])('%s is %s', (packed, time) => {
  expect(unpackTime(packed)?.time).toBe(time);
  expect(packTime(new Date(`${time.replace(' ', 'T')}Z`))).toBe(Number(packed));
});

test.each(['', '-1', '1e9', '12345678901', 'abc', '5.5'])('%s is no time', (text) => {
  expect(unpackTime(text)).toBeNull();
});

test('a day that its month does not have is no time', () => {
  const thirtiethOfFebruary = 1 * 31 * 86_400 + 29 * 86_400;
  expect(unpackTime(String(thirtiethOfFebruary))).toBeNull();
});

test('what is packed comes back', () => {
  const moments = fc.date({ min: new Date('2000-01-01'), max: new Date('2100-01-01'), noInvalidDate: true });
  fc.assert(
    fc.property(moments, (moment) => {
      const time = moment.toISOString().slice(0, 19).replace('T', ' ');
      expect(unpackTime(String(packTime(moment)))?.time).toBe(time);
    }),
  );
});
