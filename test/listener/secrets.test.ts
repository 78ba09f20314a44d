import { describe, expect, it } from 'vitest';
import { bodyWithoutSecrets, withoutSecrets } from '../../src/lib/listener/secrets.js';

describe('what the listener keeps carries no secrets', () => {
  it.each([
    ['USER PIN=1\tPasswd=1234\tCard=7', 'USER PIN=1\tPasswd=***\tCard=7'],
    ['/a?SN=X&pushcommkey=abc&b=1', '/a?SN=X&pushcommkey=***&b=1'],
    ['FP PIN=1\tFID=0\tTMP=T0tTUzIx==\n', 'FP PIN=1\tFID=0\tTMP=***\n'],
    ['{"user_id":"1","password":"12 34","io":1}', '{"user_id":"1","password":"***","io":1}'],
    [`photo ${'QUJD'.repeat(100)}`, 'photo (400 characters left out)'],
  ])('%j', (before, after) => {
    expect(withoutSecrets(before)).toBe(after);
  });

  it('of binary bodies only the readable text', () => {
    const frame = Buffer.concat([
      Buffer.from([45, 0, 0, 0]),
      Buffer.from('{"user_id":"0012","io_time":"20261120080000"}'),
      Buffer.from([0, 0xff, 0xd8, 0xff, 1, 65, 66, 67, 2, 0x80]),
    ]);
    expect(bodyWithoutSecrets(frame).toString()).toContain('{"user_id":"0012","io_time":"20261120080000"}');
    expect(bodyWithoutSecrets(frame).includes(0xff)).toBe(false);
  });

  it('text of any language stays as it is', () => {
    const body = Buffer.from('1001\t2026-11-20 08:00:00\tสมชาย\n');
    expect(bodyWithoutSecrets(body)).toEqual(body);
  });
});
