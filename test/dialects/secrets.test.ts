import { describe, expect, test } from 'vitest';
import type { Reading } from '../../src/lib/dialects/dialect.js';
import { fc } from '../support/property.js';
import { createWireRunner } from './wire-run.js';

/**
 * Law 3: templates, photos and passwords are counted, acknowledged, and neither stored nor answered. A canary stands
 * where a device would put one; it must not come out anywhere, whatever the table and the shape of the line.
 */
const CANARY = 'Q0FOQVJZ';

const KEYS = [
  ...['TMP', 'Tmp', 'Template', 'template', 'FPTemplate1', 'Content', 'content', 'Photo', 'photo', 'picture'],
  ...[
    'Passwd',
    'passwd',
    'Password',
    'password',
    'ComPwd',
    'CommKey',
    '~CommKey',
    'authKey',
    'VMSPasswd',
    'Token',
  ],
];
const TARGETS = [
  ...['ATTLOG', 'OPERLOG', 'BIODATA', 'USERINFO', 'FINGERTMP', 'BIOPHOTO', 'IDCARD', 'ERRORLOG', 'ATTPHOTO'],
  ...['options', 'rtlog', 'rtstate', 'transaction', 'NEWTABLE'],
].map((table) => `/iclock/cdata?SN=A1&table=${table}`);
for (const table of ['user', 'templatev10', 'biophoto', 'transaction', 'newtable']) {
  TARGETS.push(`/iclock/cdata?SN=A1&table=tabledata&tablename=${table}`);
  TARGETS.push(`/iclock/querydata?SN=A1&type=tabledata&cmdid=1&tablename=${table}&packcnt=2&packidx=1`);
}
TARGETS.push(
  '/iclock/cdata?SN=A1',
  '/iclock/devicecmd?SN=A1',
  '/iclock/fdata?SN=A1',
  '/iclock/newpath?SN=A1',
);
TARGETS.push('/iclock/registry?SN=A1', '/iclock/getrequest?SN=A1', '/iclock/exchange?SN=A1', '/plain');

const field = fc
  .tuple(fc.constantFrom(...KEYS), fc.constantFrom('', 'x', '='))
  .map(([key, pad]) => `${key}=${CANARY}${pad}`);
const harmless = fc.constantFrom(
  'PIN=1',
  'Size=8',
  'pin=4',
  'event=0',
  'time=2026-03-02 08:00:00',
  'FID=0',
  'CMD=INFO',
  'FWVersion=a',
  'Return=0',
);
const start = fc.constantFrom(
  ...['', 'FP ', 'USER ', 'NEWTAG ', 'user ', 'transaction ', 'OPLOG ', 'nonsense\t', 'BIODATA '],
  ...[
    '1\t2026-03-02 08:00:00\t0\t1\t',
    '1 2026-03-02 08:00:00 ',
    'ID=1&Return=0&CMD=DATA UPDATE USERINFO ',
    'ID=1&',
  ],
);
const line = fc
  .tuple(start, fc.array(harmless, { maxLength: 3 }), field, fc.array(harmless, { maxLength: 2 }))
  .chain(([first, before, secret, after]) =>
    fc
      .constantFrom('\t', ',', ' ', '&')
      .map((separator) => first + [...before, secret, ...after].join(separator)),
  );

describe('no secret comes out', () => {
  for (const target of TARGETS) {
    test(target, () => {
      fc.assert(
        fc.property(
          fc.array(line, { minLength: 1, maxLength: 4 }),
          fc.constantFrom('\n', '\r\n'),
          (lines, end) => {
            const body = Buffer.from(lines.join(end));
            const run = createWireRunner()({
              ...{ method: 'POST', target, body, httpVersion: '1.1', remoteAddress: '' },
              rawHeaders: [],
            });
            if (run.reading !== null) expect(everythingIn(run.reading)).not.toContain(CANARY);
          },
        ),
        { numRuns: 150 },
      );
    });
  }
});

function everythingIn(reading: Reading): string {
  const fragments = reading.unread.map(({ bytes }) => Buffer.from(bytes).toString('latin1'));
  return JSON.stringify([reading, fragments]);
}
