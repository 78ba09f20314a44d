import { expect, it } from 'vitest';
import type { DialectContext, Reading } from '../../src/lib/dialects/dialect.js';
import { createDialects } from '../../src/lib/dialects/index.js';
import { createWireRequest } from '../../src/lib/dialects/request.js';
import { createAdmsDevice } from '../../src/lib/simulate/adms-device.js';
import type { DeviceRequest } from '../../src/lib/simulate/device.js';
import { createPunchSource } from '../../src/lib/simulate/punches.js';

const CONTEXT: DialectContext = {
  receivedAt: new Date('2026-01-05T01:00:00Z'),
  wallNow: '2026-01-05 08:00:00',
  utcOffsetMinutes: 420,
  settings: { plainDeviceSn: 'HIP_DEVICE_1', statusMaps: new Map(), fkReplies: new Map() },
  device: () => undefined,
  pendingCommands: () => [
    { id: '1', verb: 'info', text: 'INFO' },
    { id: '2', verb: 'count', text: '' },
    { id: '3', verb: 'users', text: '' },
  ],
};

function read(request: DeviceRequest): Reading {
  const wire = createWireRequest({
    method: request.method,
    target: request.target,
    rawHeaders: request.headers.flat(),
    httpVersion: '1.1',
    body: Buffer.from(request.body),
    remoteAddress: '127.0.0.1',
  });
  const dialect = createDialects().find((each) => each.claims(wire));
  expect(dialect?.name).toBe('adms');
  return dialect!.read(wire, CONTEXT);
}

it('the adms dialect understands everything that the simulated device says', () => {
  const source = createPunchSource({ seed: 1, devices: 1, startAt: '2025-01-01 08:00:00' });
  const device = createAdmsDevice({ sn: source.sns[0]!, batch: 7 });
  const sent = Array.from({ length: 200 }, (_, i) => source.punch(0, i));
  for (const punch of sent) device.punch(punch);
  const readings: Reading[] = [];
  for (let i = 0; i < 100 && device.busy; i += 1) {
    const reading = read(device.next());
    readings.push(reading);
    const { status, body } = reading.stored;
    expect(device.read({ status, headers: new Map(), body: Buffer.from(body) }).verdict).toBe('understood');
  }
  expect(device).toMatchObject({ unacknowledged: 0, busy: false });
  expect(readings.flatMap(({ unread }) => unread)).toEqual([]);
  expect(readings.flatMap(({ punches }) => punches)).toMatchObject(sent);
  const results = readings.flatMap(({ commandResults }) => commandResults);
  expect(results).toMatchObject([
    { id: '2', returnCode: 0, command: 'VERIFY SUM ATTLOG' },
    { id: '3', returnCode: 0, command: 'DATA' },
    { id: '1', returnCode: 0, command: 'INFO' },
    ...results.slice(3),
  ]);
  expect(results[0]?.detail).toMatch(/^StartTime=.*\nEndTime=.*\nAttlogCount=\d+$/);
  expect(results[2]?.detail).toContain('SIM-ADMS');
  // Nothing to list yet when it was asked, but nothing that must not be kept either.
  expect(JSON.stringify(readings)).not.toContain('4711');
});
