import { describe, expect, test } from 'vitest';
import { createWireRunner } from './wire-run.js';

/**
 * A body takes time in proportion to its size, whatever is in it: one device must not hold up all others. Four times
 * the bytes would take sixteen times as long if anything were quadratic; eight leaves room for a busy machine.
 */
const SMALL = 65_536;
const LARGE = 4 * SMALL;
const MAX_RATIO = 8;
/** Below this nobody waits, and the ratio is noise. */
const UNNOTICED_MS = 150;

const UNITS = [
  '\n',
  '\r',
  '\t',
  ' ',
  ',a',
  'a=',
  'a\n',
  'ID=1&',
  'tmp ',
  'USER ',
  '2026-03-02',
  '9',
  '\0',
  'ÿþ\n',
];
const TARGETS = [
  '/iclock/cdata?SN=A1&table=ATTLOG',
  '/iclock/cdata?SN=A1&table=OPERLOG',
  '/iclock/cdata?SN=A1&table=options',
  '/iclock/cdata?SN=A1&table=NEWTABLE',
  '/iclock/cdata?SN=A1&table=rtlog',
  '/iclock/devicecmd?SN=A1',
  '/plain',
];

describe('time grows with the size only', () => {
  for (const unit of UNITS) {
    test(`for ${JSON.stringify(unit)}`, () => {
      for (const target of TARGETS) {
        cpuMs(target, unit, SMALL);
        const small = cpuMs(target, unit, SMALL);
        const large = cpuMs(target, unit, LARGE);
        if (large > UNNOTICED_MS) expect(large / small, target).toBeLessThan(MAX_RATIO);
      }
    });
  }
});

/** Time of this process alone: others may keep the machine busy. */
function cpuMs(target: string, unit: string, bytes: number): number {
  const body = Buffer.alloc(bytes, Buffer.from(unit, 'latin1'));
  const run = createWireRunner();
  const before = process.cpuUsage();
  run({ method: 'POST', target, rawHeaders: [], httpVersion: '1.1', body, remoteAddress: '' });
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
