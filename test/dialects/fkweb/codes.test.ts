import { describe, expect, test } from 'vitest';
import { statusOf } from '../../../src/lib/dialects/fkweb/status.js';
import { verifyOf } from '../../../src/lib/dialects/fkweb/verify.js';

const said = (ioMode: string | null, inOut: string | null = null, library: string | null = null) => ({
  ioMode,
  inOut,
  library,
});

describe('one code system: status', () => {
  test.each([
    ['0', 255],
    ['1', 0],
    ['2', 1],
    ['3', 3],
    ['4', 2],
    ['5', 4],
    ['6', 5],
    ['7', 255],
    ['15', 255],
    ['16777216', 0],
    ['33554432', 1],
    ['50331648', 3],
    ['67108864', 2],
    ['83886080', 4],
    ['100663296', 5],
    ['285212681', 0],
    ['536870912', 1],
    ['17', 0],
    ['33', 1],
    ['9', 255],
    ['256', 255],
    ['IN', 0],
    ['out', 1],
    ['DutyOn', 255],
    ['', 255],
    ['99999999999', 255],
  ])('io_mode %s is %i', (ioMode, status) => {
    expect(statusOf(said(ioMode))).toBe(status);
  });

  test('a negative int32 is the same word', () => {
    expect(statusOf(said(String(0x91000000 | 0)))).toBe(statusOf(said(String(0x91000000))));
  });

  test('a word goes before a number that need not be a key', () => {
    expect([statusOf(said('10', 'IN')), statusOf(said('1', 'Out')), statusOf(said('2', ''))]).toEqual([
      0, 1, 1,
    ]);
  });

  test('nothing said is null', () => {
    expect(statusOf(said(null))).toBeNull();
  });

  test("the device's own map goes first: raw value, decoded key, word", () => {
    const map = new Map([
      ['16777216', 9],
      ['2', 8],
      ['OUT', 7],
    ]);
    expect(statusOf(said('16777216'), map)).toBe(9);
    expect(statusOf(said('33554432'), map)).toBe(8);
    expect(statusOf(said('10', 'Out'), map)).toBe(7);
    expect(statusOf(said('3'), map)).toBe(3);
  });
});

describe('one code system: verify', () => {
  test.each([
    ['1', 1],
    ['2', 3],
    ['3', 4],
    ['4', 9],
    ['5', 10],
    ['6', 9],
    ['7', 10],
    ['9', 11],
    ['137', 11],
    ['20', 15],
    ['21', 18],
    ['22', 17],
    ['23', 18],
    ['24', 17],
    ['25', 16],
    ['40', 25],
    ['268435456', 1],
    ['536870912', 3],
    ['805306368', 4],
    ['1073741824', 15],
    ['1342177280', 21],
    ['1610612736', null],
    ['1879048192', 25],
    ['301989888', 9],
    [String(0x11000000), 1],
    [String(0x12300000), 12],
    [String(0x41300000), 19],
    [String(0x52300000), 24],
    [String(0x74100000), 29],
    ['-1879048192', null],
    ['10', null],
    ['0', null],
    ['8', null],
    ['', null],
    ['12345678901', null],
    ['FP', 1],
    ['Face', 15],
    ['Card+Face', 18],
    ['Finger_Print + PWD', 9],
    ['Palm+Card', 26],
    ['Retina', null],
  ])('verify_mode %s is %s', (verifyMode, verify) => {
    expect(verifyOf(verifyMode, null)).toBe(verify);
  });

  test('8 is finger and face only where the library says so', () => {
    expect([verifyOf('8', 'FKDATAHS101'), verifyOf('8', 'FKDataHS100')]).toEqual([16, null]);
  });
});
