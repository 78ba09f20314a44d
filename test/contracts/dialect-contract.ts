import { describe, expect, test } from 'vitest';
import type { Dialect, DialectContext, Reading, Reply } from '../../src/lib/dialects/dialect.js';
import { createWireRequest, type RawRequest } from '../../src/lib/dialects/request.js';
import { isDeviceSn, isUserId, type Punch } from '../../src/lib/punch.js';
import { fc } from '../support/property.js';

/** What the contract in `dialect.ts` promises of every dialect, for any bytes. */
export interface DialectUnderTest {
  readonly create: () => Dialect;
  readonly context: DialectContext;
  /** Requests this dialect claims; the bent ones are made from them. */
  readonly samples: readonly RawRequest[];
}

const MAX_FRAGMENT_BYTES = 65_536;

export function describeDialectContract(name: string, subject: DialectUnderTest): void {
  const { create, context, samples } = subject;

  describe(`contract of ${name}`, () => {
    test('claims its samples and reads them the same each time', () => {
      expect(samples.length).toBeGreaterThan(0);
      for (const raw of samples) {
        const [first, second] = [readOnce(create(), raw, context), readOnce(create(), raw, context)];
        expect(first).not.toBeNull();
        expect(second).toEqual(first);
      }
    });

    test('holds for bent samples', () => {
      fc.assert(
        fc.property(bent(samples), (raw) => {
          const before = raw.body.slice();
          const reading = readOnce(create(), raw, context);
          expect(raw.body).toEqual(before);
          if (reading !== null) checkReading(reading);
        }),
        { numRuns: 400 },
      );
    });

    test('holds for a series of bent samples on one dialect', () => {
      fc.assert(
        fc.property(fc.array(bent(samples), { maxLength: 12 }), (series) => {
          const dialect = create();
          for (const raw of series) {
            const reading = readOnce(dialect, raw, context);
            if (reading !== null) checkReading(reading);
          }
        }),
        { numRuns: 60 },
      );
    });
  });
}

function readOnce(dialect: Dialect, raw: RawRequest, context: DialectContext): Reading | null {
  const request = createWireRequest(raw);
  return dialect.claims(request) ? dialect.read(request, context) : null;
}

export function checkReading(reading: Reading): void {
  expect(reading.lines).toBe(reading.punches.length + reading.unread.length + reading.skipped);
  if (reading.deviceSn !== null) expect(isDeviceSn(reading.deviceSn)).toBe(true);
  for (const punch of reading.punches) checkPunch(punch);
  for (const { reason, bytes } of reading.unread) {
    expect(bytes.length).toBeLessThanOrEqual(MAX_FRAGMENT_BYTES);
    expect(reason).toMatch(/^[\x20-\x7e]{1,200}$/);
  }
  for (const { count, bytes } of reading.dropped) {
    expect(count).toBeGreaterThan(0);
    expect(bytes).toBeGreaterThanOrEqual(0);
  }
  const texts = [reading.facts, reading.stamps].flatMap((record) => Object.values(record));
  for (const text of texts) expect(text).toMatch(/^[^\u0000-\u001f\u007f]+$/u);
  for (const reply of [reading.stored, reading.notStored]) checkReply(reply);
  // The device must be able to tell the two apart, or it forgets what was never stored.
  if (reading.punches.length + reading.unread.length > 0)
    expect(reading.notStored).not.toEqual(reading.stored);
}

function checkPunch(punch: Punch): void {
  expect(isDeviceSn(punch.deviceSn)).toBe(true);
  expect(isUserId(punch.userId)).toBe(true);
  expect(punch.time).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
  for (const code of [punch.status, punch.verify]) {
    expect(code === null || (Number.isInteger(code) && code >= 0 && code <= 255)).toBe(true);
  }
  expect(punch.raw).toMatch(/^[^\u0000-\u0008\u000a-\u001f]+$/u);
}

function checkReply({ status, headers, body }: Reply): void {
  expect(status).toBeGreaterThanOrEqual(200);
  expect(status).toBeLessThan(600);
  for (const pair of headers) for (const text of pair) expect(text).toMatch(/^[\x20-\x7e]*$/);
  expect(typeof body === 'string' || body instanceof Uint8Array).toBe(true);
}

/** A sample with something changed: cut, doubled, other bytes, another method, query or case. */
function bent(samples: readonly RawRequest[]): fc.Arbitrary<RawRequest> {
  const sample = fc.constantFrom(...samples);
  const bytes = fc.uint8Array({ maxLength: 80 });
  const change = fc.record({
    at: fc.nat(),
    cut: fc.nat({ max: 30 }),
    insert: fc.oneof(
      bytes,
      fc.string({ unit: 'binary' }).map(encode),
      fc.constantFrom(...SPLINTERS).map(encode),
    ),
    method: fc.oneof(
      { weight: 9, arbitrary: fc.constant(null) },
      fc.constantFrom('GET', 'POST', 'HEAD', 'PUT', 'x'),
    ),
    query: fc.oneof({ weight: 6, arbitrary: fc.constant('') }, fc.string(), fc.constantFrom(...QUERIES)),
  });
  return fc.tuple(sample, fc.array(change, { minLength: 1, maxLength: 3 })).map(([raw, changes]) => {
    let { body, target, method } = raw;
    for (const each of changes) {
      body = splice(body, each);
      target += each.query;
      method = each.method ?? method;
    }
    return { ...raw, body, target, method };
  });
}

const SPLINTERS = [
  '\n',
  '\r',
  '\t',
  '\0',
  '=',
  ',',
  ' ',
  '&',
  '\ufeff',
  '2569-01-01 00:00:00',
  'ID=',
  '%',
  '{',
  '[',
];
const QUERIES = [
  '&table=OPERLOG',
  '&table=rtlog',
  '&SN=',
  '&type=time',
  '&DeviceType=acc',
  '?',
  '%00',
  '&Stamp=%0d',
];

function splice(
  body: Uint8Array,
  change: { readonly at: number; readonly cut: number; readonly insert: Uint8Array },
): Uint8Array {
  const at = body.length === 0 ? 0 : change.at % body.length;
  return Buffer.concat([body.subarray(0, at), change.insert, body.subarray(at + change.cut)]);
}

function encode(text: string): Uint8Array {
  return Buffer.from(text, 'utf8');
}
