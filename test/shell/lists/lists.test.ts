import { Writable } from 'node:stream';
import { expect, it } from 'vitest';
import type { DeviceRecord, StoredPunch } from '../../../src/lib/journal/journal.js';
import { renderDevices } from '../../../src/lib/shell/lists/device-list.js';
import { type PunchListFormat, renderPunches } from '../../../src/lib/shell/lists/punch-list.js';

const DEVICE: DeviceRecord = {
  sn: 'CQZ7241900017',
  name: 'Gate of the long warehouse',
  dialect: 'fkweb',
  approved: false,
  facts: { model: 'SpeedFace-V5L', clockOffsetSeconds: '-4000000' },
  stamps: {},
  remoteAddress: '192.0.2.17',
  firstSeenAt: '2026-11-20T01:00:00.000Z',
  lastSeenAt: '2026-11-20T08:00:00.000Z',
  lastPunchAt: '2026-11-20T08:00:00.000Z',
  punches: 123_456,
};
const REASON =
  "ER_SIGNAL_EXCEPTION: the payroll of October is closed, and what is missing there goes to Mrs. Somchai's office";
const PUNCH: StoredPunch = {
  deviceSn: 'CQZ7241900017',
  userId: '1001',
  time: '2026-10-20 08:00:00',
  status: 0,
  verify: 1,
  workCode: null,
  raw: '1001\t2026-10-20 08:00:00\t0\t1',
  source: 'adms',
  receivedAt: '2026-11-20T01:00:00.000Z',
  state: 'rejected',
  suspect: null,
  error: REASON,
};

async function print(
  punches: readonly StoredPunch[],
  format: PunchListFormat,
  isTTY = false,
): Promise<string> {
  let text = '';
  const out = new Writable({
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString();
      done();
    },
  });
  await renderPunches(punches, format, Object.assign(out, { isTTY, columns: 80 }));
  return text;
}

const widest = (text: string): number => Math.max(...text.split('\n').map((line) => line.length));

it('fits devices into 80 columns, their state last to be missed', async () => {
  for (const asksApproval of [true, false]) {
    const text = await renderDevices([DEVICE, { ...DEVICE, approved: true }], { width: 80, asksApproval });
    expect(widest(text)).toBeLessThanOrEqual(80);
    for (const known of ['CQZ7241900017', '46 days behind', '123456', 'approved'])
      expect(text).toContain(known);
  }
});

it('calls a device new only where new ones wait for approval', async () => {
  const state = async (asksApproval: boolean): Promise<string | undefined> =>
    (await renderDevices([DEVICE], { width: undefined, asksApproval })).split('\n')[1]?.split('\t').at(-1);
  expect([await state(true), await state(false)]).toEqual(['new', '']);
});

it('tells on a terminal why punches were rejected, whole, each reason once', async () => {
  const text = await print([PUNCH, PUNCH, { ...PUNCH, error: 'ER_BAD: no' }], 'table', true);
  expect(widest(text)).toBeLessThanOrEqual(80);
  expect(text.replace(/\n */g, ' ')).toContain(`in its words: 2 punches: ${REASON} 1 punch: ER_BAD: no`);
  expect(await print([{ ...PUNCH, state: 'delivered', error: null }], 'table', true)).not.toContain(
    'its words',
  );
});

it('exports the reason as the last column of a CSV', async () => {
  const [head, row] = (await print([{ ...PUNCH, error: 'ER_BAD: no' }], 'csv')).split('\r\n');
  expect(head).toMatch(/,state,suspect,error$/);
  expect(row).toMatch(/,rejected,,ER_BAD: no$/);
});
