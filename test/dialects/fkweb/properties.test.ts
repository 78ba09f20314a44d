import { describe, expect, test } from 'vitest';
import type { Reading } from '../../../src/lib/dialects/dialect.js';
import { renderFrame } from '../../../src/lib/dialects/fkweb/frame.js';
import { cpuMs } from '../../fuzz/growth.js';
import { fc } from '../../support/property.js';
import { glog, partsOf, Rig, type Said } from './rig.js';

const CODES = [
  'realtime_glog',
  'receive_cmd',
  'send_cmd_result',
  'realtime_enroll_data',
  'realtime_door_status',
  'send_glog_data',
  'no_such_kind',
  '',
];

/** What must hold of every reading, whatever came in. */
function checkReading(reading: Reading): void {
  expect(reading.lines).toBe(reading.punches.length + reading.unread.length + reading.skipped);
  for (const fragment of reading.unread) expect(fragment.bytes.length).toBeLessThanOrEqual(65_536);
  for (const punch of reading.punches) {
    expect(punch.time).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
    expect(punch.userId.trim()).not.toBe('');
    expect(() => JSON.parse(punch.raw)).not.toThrow();
  }
  for (const reply of [reading.stored, reading.notStored]) {
    for (const [, value] of reply.headers) expect(value).toMatch(/^[\x20-\x7e]*$/);
  }
}

const words = fc.oneof(
  fc.string({ maxLength: 20 }),
  fc.integer().map(String),
  fc.constantFrom('', 'BIN_1', '0'),
);
const headers = fc.dictionary(
  fc.constantFrom('trans_id', 'cmd_id', 'blk_no', 'dev_model', 'encrypt', 'cmd_return_code', 'Content-Type'),
  fc.oneof(words, fc.constantFrom('0', '1', '2', 'base64only', 'application/json')),
);
const value = fc.oneof(
  fc.integer(),
  fc.double(),
  fc.string(),
  fc.constantFrom(null, 'BIN_1', 'BIN_2', '20260710080000'),
);
const json = fc.dictionary(
  fc.constantFrom(
    'user_id',
    'userId',
    'io_time',
    'time',
    'io_mode',
    'verify_mode',
    'log_array',
    'log_count',
    'one_log_size',
    'user_id_array',
    'one_user_id_size',
    'enroll_data_array',
    'fk_time',
    'fk_info',
    'fk_bin_data_lib',
    '__proto__',
  ),
  fc.oneof(
    value,
    fc.array(fc.dictionary(fc.constantFrom('userId', 'time', 'backup_number', 'enroll_data'), value), {
      maxLength: 4,
    }),
  ),
);
const binary = fc.uint8Array({ maxLength: 200 });
const body = fc.oneof(
  binary,
  fc.tuple(json, fc.array(binary, { maxLength: 3 })).map(([object, bins]) => renderFrame(object, bins)),
  json.map((object) => JSON.stringify(object)),
);

describe('any input', () => {
  test('is read without a throw, and every unit is accounted for', () => {
    const request = fc.record({ code: fc.constantFrom(...CODES), body, headers });
    fc.assert(
      fc.property(fc.array(request, { maxLength: 6 }), (requests) => {
        const rig = new Rig();
        for (const said of requests) checkReading(rig.read(said));
      }),
      { numRuns: 2_000 },
    );
  });

  test('a damaged frame is one punch or one fragment, never nothing', () => {
    const frame = renderFrame(glog('20260710080000'), [new Uint8Array(50)]);
    const damage = fc.array(fc.tuple(fc.nat(frame.length - 1), fc.nat(255)), { maxLength: 4 });
    fc.assert(
      fc.property(damage, fc.nat(frame.length), (bytes, length) => {
        const damaged = frame.slice(0, length);
        for (const [at, byte] of bytes) if (at < length) damaged[at] = byte;
        const reading = new Rig().read({ code: 'realtime_glog', body: damaged });
        checkReading(reading);
        expect(reading.punches.length + reading.unread.length).toBe(1);
      }),
      { numRuns: 2_000 },
    );
  });

  test('slots of any bytes are each a punch, a fragment or empty', () => {
    const size = fc.constantFrom(12, 20, 24, 32, 48);
    fc.assert(
      fc.property(size, fc.uint8Array({ maxLength: 600 }), (slotBytes, bytes) => {
        const said = { log_array: 'BIN_1', log_count: 1, one_log_size: slotBytes };
        const reading = new Rig().read({
          code: 'send_cmd_result',
          body: renderFrame(said, [bytes]),
          headers: { trans_id: '1' },
        });
        checkReading(reading);
        const whole = Math.floor(bytes.length / slotBytes);
        const rest = bytes.subarray(whole * slotBytes).some((byte) => byte !== 0) ? 1 : 0;
        expect(reading.lines).toBe(whole + rest);
      }),
      { numRuns: 1_000 },
    );
  });
});

/** What happens to one request: the line, the disk and the process may all fail, before or after the answer. */
type Fate = 'fine' | 'answer lost' | 'cannot commit' | 'restart before';

/**
 * A terminal as 1.9 describes it: strictly in order, and a punch is forgotten only after an OK for its last part. It
 * starts over from part 1 after an error word, and after silence it repeats the part or starts over.
 */
function runTerminal(sizes: readonly number[], fates: readonly Fate[], repeatsPart: boolean): Rig {
  const rig = new Rig();
  let step = 0;
  for (const [i, size] of sizes.entries()) {
    const parts = partsOf('realtime_glog', glogFrame(i, size), 'RTLogSendAction', 400);
    for (let at = 0; at < parts.length; ) {
      // Once the faults are used up everything works, so every run ends.
      const heard = sayWithFate(rig, parts[at]!, fates[step++] ?? 'fine');
      if (heard === 'OK') at++;
      else if (heard !== null || !repeatsPart) at = 0;
    }
  }
  return rig;
}

function sayWithFate(rig: Rig, part: Said, fate: Fate): string | null {
  if (fate === 'restart before') rig.restart();
  rig.canCommit = fate !== 'cannot commit';
  const heard = rig.say(part);
  return fate === 'answer lost' ? null : heard;
}

function glogFrame(i: number, photoBytes: number): Uint8Array {
  const time = `202607100800${String(i).padStart(2, '0')}`;
  const photo = new Uint8Array(photoBytes).fill(0x80 + i);
  return renderFrame(glog(time, { log_image: 'BIN_1' }), [photo]);
}

describe('a terminal with a bad line, a bad disk and a restarting server', () => {
  test('loses no punch and sends no photo into quarantine', () => {
    const fate = fc.constantFrom<Fate>('fine', 'fine', 'answer lost', 'cannot commit', 'restart before');
    const sizes = fc.array(fc.constantFrom(0, 100, 900, 2_000), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(sizes, fc.array(fate, { maxLength: 30 }), fc.boolean(), (each, fates, repeatsPart) => {
        const rig = runTerminal(each, fates, repeatsPart);
        const wanted = each.map((_, i) => `2026-07-10 08:00:0${i}`);
        expect([...new Set(rig.times)].sort()).toEqual(wanted);
        for (const { unread } of rig.stored)
          for (const { bytes } of unread) expect(bytes.length).toBeLessThan(400);
      }),
      { numRuns: 1_000 },
    );
  });
});

/** Quadratic work on 15 MiB would take hours; the bound only has to hold on a slow and busy machine. */
describe('time', () => {
  const MIB = 1_048_576;
  const log = (size: number, bytes: Uint8Array) =>
    renderFrame({ log_array: 'BIN_1', one_log_size: size }, [bytes]);
  const bad = new Uint8Array(15 * MIB).map((_, i) => (i % 12 === 0 ? 1 : 0));
  test.each<[string, string, Uint8Array | string]>([
    ['zeros', 'realtime_glog', new Uint8Array(15 * MIB)],
    ['ones', 'realtime_glog', new Uint8Array(15 * MIB).fill(0xff)],
    ['letters', 'realtime_glog', new Uint8Array(15 * MIB).fill(65)],
    ['braces', 'realtime_glog', '{'.repeat(15 * MIB)],
    ['nested JSON', 'realtime_glog', `{"a":${'['.repeat(4 * MIB)}${']'.repeat(4 * MIB)}}`],
    [
      'a long user id',
      'realtime_glog',
      renderFrame({ user_id: ' '.repeat(15 * MIB), io_time: '20260710080000' }),
    ],
    ['empty binaries', 'realtime_enroll_data', renderFrame({ user_id: '1' }, [new Uint8Array(15 * MIB)])],
    ['bad slots', 'send_cmd_result', log(12, bad)],
    ['empty slots', 'send_cmd_result', log(12, new Uint8Array(15 * MIB))],
    ['slots of one byte', 'send_cmd_result', log(1, bad)],
    ['JSON list', 'send_cmd_result', `{"logs":[${'{"userId":1,"time":2},'.repeat(500_000)}0]}`],
  ])('a message of %s is read in linear time', async (_name, code, message) => {
    const tookMs = await cpuMs(() => {
      checkReading(new Rig().read({ code, body: message, headers: { trans_id: '1' } }));
    });
    expect(tookMs).toBeLessThan(20_000);
  });
});
