import { describe, expect, it } from 'vitest';
import type { Reply } from '../../src/lib/dialects/dialect.js';
import { createFkwebDialect } from '../../src/lib/dialects/fkweb/index.js';
import { createWireRequest } from '../../src/lib/dialects/request.js';
import { userKey } from '../../src/lib/punch.js';
import type {
  DeviceReply,
  DeviceRequest,
  SimulatedDevice,
  SimulatedPunch,
} from '../../src/lib/simulate/device.js';
import { createFkwebDevice } from '../../src/lib/simulate/fkweb-device.js';
import { createPunchSource } from '../../src/lib/simulate/punches.js';
import { Rig } from '../dialects/fkweb/rig.js';

function punch(index: number): SimulatedPunch {
  const time = `2026-01-05 08:00:${String(index).padStart(2, '0')}`;
  return { deviceSn: 'SIM1', userId: String(1000 + index), time, status: 0, verify: 1 };
}

function answer(code: string, more: Record<string, string> = {}, status = 200): DeviceReply {
  return {
    status,
    headers: new Map(Object.entries({ response_code: code, ...more })),
    body: new Uint8Array(),
  };
}

function headersOf(request: DeviceRequest): Record<string, string> {
  return Object.fromEntries(request.headers);
}

/** A device that has asked once and has `punches` to tell. */
function createStarted(punches = 0): SimulatedDevice {
  const device = createFkwebDevice({ sn: 'SIM1', batch: 1 });
  device.next();
  device.read(answer('ERROR_NO_CMD'));
  for (let i = 0; i < punches; i += 1) device.punch(punch(i));
  return device;
}

describe('simulated FK terminal', () => {
  it('asks first, and says that its clock lost its time', () => {
    const device = createFkwebDevice({ sn: 'SIM1', batch: 1 });
    device.punch(punch(0));
    const request = device.next();
    expect(headersOf(request)).toMatchObject({ request_code: 'receive_cmd', dev_id: 'SIM1', blk_no: '0' });
    expect(Buffer.from(request.body as Uint8Array).toString()).toContain('"fk_time":"20150101000000"');
    expect(request.headers.filter(([name]) => name === 'Content-Type')).toHaveLength(2);
  });

  it('sends one punch per request and forgets it only after OK', () => {
    const device = createStarted(2);
    const first = device.next();
    for (const reply of [answer('ERROR_DB_ACCESS'), answer('', {}, 204), answer('OK', {}, 503), null]) {
      expect(device.read(reply).acknowledged).toEqual([]);
      expect(device.next()).toEqual(first);
    }
    expect(device.unacknowledged).toBe(2);
    expect(device.read(answer('OK')).acknowledged).toEqual([punch(0)]);
    device.next();
    expect(device.read(answer('OK')).acknowledged).toEqual([punch(1)]);
    expect(headersOf(device.next()).request_code).toBe('receive_cmd');
  });

  it('sends every tenth punch with a photo, in parts, and starts over when a part is refused', () => {
    const device = createStarted(10);
    for (let i = 0; i < 9; i += 1) {
      device.next();
      device.read(answer('OK'));
    }
    const parts = () => headersOf(device.next()).blk_no;
    expect(parts()).toBe('1');
    device.read(answer('OK'));
    expect(parts()).toBe('0');
    expect(device.read(answer('ERROR_ADD_BLOCK_DATA')).verdict).toBe('refused');
    expect(parts()).toBe('1');
    device.read(answer('OK'));
    device.next();
    expect(device.read(answer('OK')).acknowledged).toEqual([punch(9)]);
  });

  it('never answers a command it does not know, nor a restart', () => {
    const device = createStarted();
    for (const cmd_code of ['DANCE', 'RESET_FK']) {
      device.next();
      expect(device.read(answer('OK', { cmd_code, trans_id: '5' })).commands).toBe(1);
      expect(headersOf(device.next()).request_code).toBe('receive_cmd');
      device.read(answer('ERROR_NO_CMD'));
    }
    expect(device.busy).toBe(false);
  });
});

describe('simulated FK terminal and the dialect', () => {
  /** Both sides with nothing between them; returns the identities that hip stored. */
  function converse(rig: Rig, device: SimulatedDevice): Set<string> {
    const dialect = createFkwebDialect();
    const stored = new Set<string>();
    for (let turns = 0; device.busy && turns < 10_000; turns += 1) {
      const reading = dialect.read(requestOf(device.next()), rig.context());
      expect(reading.unread).toEqual([]);
      for (const one of reading.punches) stored.add(identityOf(one));
      for (const id of reading.commandsSent) rig.pending = rig.pending.filter((each) => each.id !== id);
      device.read(replyOf(reading.stored));
    }
    return stored;
  }

  it('agree about every punch, its status and its way of verification', () => {
    const source = createPunchSource({ seed: 3, devices: 1, startAt: '2026-07-01 08:00:00' });
    const device = createFkwebDevice({ sn: source.sns[0]!, batch: 1 });
    const punches = Array.from({ length: 300 }, (_, i) => source.punch(0, i));
    for (const each of punches) device.punch(each);
    expect(converse(new Rig(), device)).toEqual(new Set(punches.map(identityOf)));
  });

  it('agree about a whole memory that is sent again on command', () => {
    const source = createPunchSource({ seed: 4, devices: 1, startAt: '2026-07-01 08:00:00' });
    const device = createFkwebDevice({ sn: source.sns[0]!, batch: 1 });
    const punches = Array.from({ length: 300 }, (_, i) => source.punch(0, i));
    for (const each of punches) device.punch(each);
    const rig = new Rig();
    converse(rig, device);
    rig.pending = [
      { id: '1', verb: 'info', text: '' },
      { id: '2', verb: 'users', text: '' },
      { id: '3', verb: 'resend', text: JSON.stringify({ from: punches[10]!.time, to: punches[289]!.time }) },
    ];
    device.read(replyOf(createFkwebDialect().read(requestOf(device.next()), rig.context()).stored));
    expect(converse(rig, device)).toEqual(new Set(punches.slice(10, 290).map(identityOf)));
    expect(rig.pending).toEqual([]);
  });

  function requestOf(request: DeviceRequest) {
    return createWireRequest({
      method: request.method,
      target: request.target,
      httpVersion: '1.0',
      rawHeaders: request.headers.flat(),
      body: request.body as Uint8Array,
      remoteAddress: '192.0.2.20',
    });
  }

  function replyOf({ status, headers, body }: Reply): DeviceReply {
    return {
      status,
      headers: new Map(headers.map(([name, value]) => [name.toLowerCase(), value])),
      body: typeof body === 'string' ? Buffer.from(body) : body,
    };
  }

  function identityOf(one: {
    userId: string;
    time: string;
    status: number | null;
    verify: number | null;
  }): string {
    return `${userKey(one.userId)} ${one.time} ${one.status} ${one.verify}`;
  }
});
