import { describe, expect, test } from 'vitest';
import { renderFrame } from '../../../src/lib/dialects/fkweb/frame.js';
import { TRANSFER_LIMITS, Transfers } from '../../../src/lib/dialects/fkweb/transfers.js';
import { glog, partsOf, Rig, SN } from './rig.js';

const TRANS = 'RTLogSendAction';
const PHOTO = new Uint8Array(5_000).fill(7);
const WHOLE = renderFrame(glog('20260710080000', { log_image: 'BIN_1' }), [PHOTO]);
const PARTS = partsOf('realtime_glog', WHOLE, TRANS, 2_000);
const TIME = '2026-07-10 08:00:00';

describe('parts of a message', () => {
  test('make one punch', () => {
    const rig = new Rig();
    expect(PARTS.map((part) => rig.say(part))).toEqual(['OK', 'OK', 'OK']);
    expect(rig.times).toEqual([TIME]);
    expect(rig.quarantined).toBe(0);
  });

  test('of an interrupted transfer never join the next message', () => {
    const rig = new Rig();
    rig.say(PARTS[0]!);
    rig.say(PARTS[1]!);
    const single = {
      code: 'realtime_glog',
      body: renderFrame(glog('20260710090000')),
      headers: { trans_id: TRANS },
    };
    expect(rig.say(single)).toBe('OK');
    expect(rig.times).toEqual(['2026-07-10 09:00:00']);
    expect(PARTS.map((part) => rig.say(part))).toEqual(['OK', 'OK', 'OK']);
    expect(rig.times).toEqual(['2026-07-10 09:00:00', TIME]);
  });

  test('of two devices and two kinds do not mix', () => {
    const rig = new Rig();
    const other = renderFrame(glog('20260710100000', { log_image: 'BIN_1' }), [PHOTO]);
    const others = partsOf('realtime_glog', other, TRANS, 2_000).map((part) => ({ ...part, sn: 'OTHER1' }));
    const enrol = partsOf('realtime_enroll_data', renderFrame({ user_id: '1' }, [PHOTO]), TRANS, 2_000);
    for (const i of [0, 1, 2])
      for (const list of [PARTS, others, enrol]) expect(rig.say(list[i]!)).toBe('OK');
    expect(rig.times).toEqual([TIME, '2026-07-10 10:00:00']);
  });

  test('are asked for again after a restart in the middle, once', () => {
    const rig = new Rig();
    rig.say(PARTS[0]!);
    rig.say(PARTS[1]!);
    rig.restart();
    expect(rig.say(PARTS[2]!)).toBe('ERROR_ADD_BLOCK_DATA');
    expect(rig.times).toEqual([]);
    expect(rig.quarantined).toBe(0);
    expect(PARTS.map((part) => rig.say(part))).toEqual(['OK', 'OK', 'OK']);
    expect(rig.times).toEqual([TIME]);
    expect(rig.quarantined).toBe(0);
  });

  test('are asked for again after a restart between two leading parts', () => {
    const rig = new Rig();
    rig.say(PARTS[0]!);
    rig.restart();
    expect(rig.say(PARTS[1]!)).toBe('ERROR_ADD_BLOCK_DATA');
  });

  test('a tail that comes for ever is quarantined, not refused for ever', () => {
    const rig = new Rig();
    rig.say(PARTS[0]!);
    rig.restart();
    expect([rig.say(PARTS[2]!), rig.say(PARTS[2]!), rig.say(PARTS[2]!)]).toEqual([
      'ERROR_ADD_BLOCK_DATA',
      'OK',
      'OK',
    ]);
  });

  test('are all there when only the last one is sent again after a failed commit', () => {
    const rig = new Rig();
    rig.say(PARTS[0]!);
    rig.say(PARTS[1]!);
    rig.canCommit = false;
    expect(rig.say(PARTS[2]!)).toBe('ERROR_DB_ACCESS');
    rig.canCommit = true;
    expect(rig.say(PARTS[2]!)).toBe('OK');
    expect(rig.times).toEqual([TIME]);
  });

  test('start over after a failed commit and a restart', () => {
    const rig = new Rig();
    rig.say(PARTS[0]!);
    rig.say(PARTS[1]!);
    rig.canCommit = false;
    rig.say(PARTS[2]!);
    rig.restart();
    rig.canCommit = true;
    expect(rig.say(PARTS[2]!)).toBe('ERROR_ADD_BLOCK_DATA');
    expect(rig.times).toEqual([]);
  });

  test('are forgotten after half an hour of silence', () => {
    const rig = new Rig();
    rig.say(PARTS[0]!);
    rig.nowMs += TRANSFER_LIMITS.maxIdleMs + 1;
    expect(rig.say(PARTS[1]!)).toBe('ERROR_ADD_BLOCK_DATA');
  });

  test('beyond the size of a message are refused and dropped', () => {
    const rig = new Rig({ maxMessageBytes: 4_500 });
    expect(PARTS.map((part) => rig.say(part))).toEqual(['OK', 'OK', 'ERROR_ADD_BLOCK_DATA']);
    expect(rig.times).toEqual([]);
  });
});

describe('memory', () => {
  test('stays under its bound with a million parts of a hostile sender', () => {
    const transfers = new Transfers({ ...TRANSFER_LIMITS, maxTotalBytes: 1_000_000 });
    const bytes = new Uint8Array(100);
    let most = 0;
    for (let i = 0; i < 1_000_000; i++) {
      const no = (i % 3) + 1;
      transfers.add(`${SN}${Math.floor(i / 3) % 5_000}`, { no, bytes }, i);
      most = Math.max(most, transfers.heldBytes);
    }
    expect(most).toBeLessThanOrEqual(1_000_000);
  });

  test('is the size of the message, not of the number of its parts', () => {
    const transfers = new Transfers(TRANSFER_LIMITS);
    for (let no = 1; no <= 200_000; no++) transfers.add('a', { no, bytes: new Uint8Array(1) }, no);
    expect(transfers.heldBytes).toBeLessThanOrEqual(2 * 200_000);
  });

  test('makes room by dropping the transfer that was silent longest', () => {
    const transfers = new Transfers({ ...TRANSFER_LIMITS, maxTransfers: 2 });
    const part = { no: 1, bytes: new Uint8Array(10) };
    const next = { no: 2, bytes: new Uint8Array(10) };
    for (const key of ['a', 'b']) transfers.add(key, part, 1);
    expect(transfers.add('a', next, 2)).toBe(true);
    transfers.add('c', part, 3);
    expect(transfers.add('b', next, 4)).toBe(false);
    expect(transfers.add('a', { no: 3, bytes: new Uint8Array(10) }, 5)).toBe(true);
  });
});
