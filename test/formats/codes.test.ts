import { describe, expect, it } from 'vitest';
import { fkVerify, statusOf, verifyOf } from '../../src/lib/formats/codes.js';
import { deviceInColumn, deviceInFileName, deviceOf } from '../../src/lib/formats/device.js';

describe('codes', () => {
  it.each([
    ['0', 0],
    ['5', 5],
    ['255', 255],
    ['256', null],
    ['I', 0],
    ['O', 1],
    ['i', null],
    ['o', null],
    ['IN', 0],
    ['out', 1],
    ['C/In', 0],
    ['C/Out', 1],
    ['OverTime In', 4],
    ['OverTime Out', 5],
    ['DutyOn', 0],
    ['DutyOff', 1],
    ['Break Out', 2],
    ['Break-In', 3],
    ['Check In', 0],
    ['', null],
    ['เข้า', 0],
    ['ออกงาน', 1],
    ['สาย', null],
  ])('status %s is %s', (text, code) => {
    expect(statusOf(text)).toBe(code);
  });

  it.each([
    ['1', 1],
    ['15', 15],
    ['999', null],
    ['FP', 1],
    ['Fingerprint', 1],
    ['FACE', 15],
    ['Card', 4],
    ['PW', 3],
    ['FP+PW', 9],
    ['Face & Fingerprint', 16],
    ['palm', 25],
    ['iris', null],
    ['FP+iris', null],
    ['', null],
  ])('verify %s is %s', (text, code) => {
    expect(verifyOf(text)).toBe(code);
  });

  it.each([
    ['1', 1],
    ['2', null],
    ['3', null],
    ['4', null],
    ['8', null],
    ['FP', 1],
    ['CARD', 4],
    ['VEIN', 21],
    ['268435456', 1],
    ['805306368', 4],
    ['1073741824', 15],
    ['301989888', 9],
    ['1610612736', null],
    ['', null],
  ])('FK mode %s is %s', (text, code) => {
    expect(fkVerify(text)).toBe(code);
  });
});

describe('deviceOf', () => {
  const naming = { machines: new Map([['1', 'SN00000001']]), fallback: 'HIP_DEVICE_1' };

  it('takes only the serial number of the file for proven', () => {
    expect(deviceOf({ serialNumber: ' A0B1 ', machineNumber: '1' }, naming)).toEqual({
      deviceSn: 'A0B1',
      proven: true,
    });
    expect(deviceOf({ machineNumber: '001' }, naming)).toEqual({ deviceSn: 'SN00000001', proven: false });
    expect(deviceOf({ serialNumber: 'no serial', machineNumber: '2' }, naming)).toEqual({
      deviceSn: 'HIP_DEVICE_1',
      proven: false,
    });
    expect(deviceOf({}, naming)).toEqual({ deviceSn: 'HIP_DEVICE_1', proven: false });
  });

  it.each([
    ['1_attlog.dat', { machineNumber: '1' }],
    ['BKK7201900001_attlog.dat', { serialNumber: 'BKK7201900001' }],
    ['3494142900123_attlog.dat', { serialNumber: '3494142900123' }],
    ['AF4C1234_ATTLOG (3).dat', { serialNumber: 'AF4C1234' }],
    ['backup_attlog.dat', {}],
    ['branch2_attlog.dat', {}],
    ['20260115_attlog.dat', {}],
    ['15012026_attlog.dat', {}],
    ['01152026_attlog.dat', {}],
    ['150126_attlog.dat', {}],
    ['260115_attlog.dat', {}],
    ['011526_attlog.dat', {}],
    ['25112026_attlog.dat', {}],
    ['office_15012026_attlog.dat', {}],
    ['15012569_attlog.dat', {}],
    ['150169_attlog.dat', {}],
    ['256901_attlog.dat', {}],
    ['202601_attlog.dat', {}],
    ['012026_attlog.dat', {}],
    ['150120260758_attlog.dat', {}],
    ['45012026_attlog.dat', { serialNumber: '45012026' }],
    ['attlog.dat', {}],
  ])('%s names %j', (fileName, evidence) => {
    expect(deviceInFileName(fileName)).toEqual(evidence);
  });

  it('takes a small number in a serial column for a machine number', () => {
    expect(deviceInColumn('12')).toEqual({ machineNumber: '12' });
    expect(deviceInColumn('HPT6800001')).toEqual({ serialNumber: 'HPT6800001' });
  });
});
