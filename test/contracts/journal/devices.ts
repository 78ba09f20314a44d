import { describe, expect, it } from 'vitest';
import { ARRIVAL, append, entry, minute, type OpenForTest, punch, unproven, withJournal } from './samples.js';

const SECOND_MS = 1_000;
const later = (ms: number): Date => new Date(ARRIVAL.getTime() + ms);
const result = (id: string, returnCode: number | string) => ({
  id,
  returnCode,
  command: 'INFO',
  detail: 'x=1',
});

export function describeDevices(open: OpenForTest): void {
  describe('devices', () => {
    it(
      'registers a device with what it says of itself',
      withJournal(open, async (journal) => {
        const device = { sn: 'SNA', dialect: 'adms', remoteAddress: '10.0.0.9' };
        await journal.append(
          entry([punch()], { device: { ...device, facts: { model: 'X' }, stamps: { ATTLOG: '5' } } }),
        );
        const again = { ...device, facts: { firmware: '2' }, stamps: { ATTLOG: '6', OPERLOG: '1' } };
        await journal.append(entry([], { receivedAt: later(SECOND_MS), device: again }));
        const stamps = { ATTLOG: '6', OPERLOG: '1' };
        const facts = { model: 'X', firmware: '2' };
        expect(journal.deviceState('SNA')).toEqual({ stamps, facts });
        expect(journal.deviceState('SNB')).toBeUndefined();
        expect(journal.devices()).toEqual([
          {
            sn: 'SNA',
            name: null,
            dialect: 'adms',
            approved: false,
            facts,
            stamps,
            remoteAddress: '10.0.0.9',
            firstSeenAt: ARRIVAL.toISOString(),
            lastSeenAt: later(SECOND_MS).toISOString(),
            lastPunchAt: ARRIVAL.toISOString(),
            punches: 1,
          },
        ]);
      }),
    );

    it(
      'notes a mere sign of life',
      withJournal(open, async (journal) => {
        await journal.append(entry([], { device: { sn: 'SNA' } }));
        const poll = { receivedAt: later(9 * SECOND_MS), device: { sn: 'SNA', remoteAddress: '10.0.0.7' } };
        expect(await journal.append(entry([], poll))).toEqual({ stored: 0, duplicates: 0, quarantined: 0 });
        expect(journal.devices()).toMatchObject([
          {
            remoteAddress: '10.0.0.7',
            lastSeenAt: later(9 * SECOND_MS).toISOString(),
            punches: 0,
            lastPunchAt: null,
          },
        ]);
      }),
    );

    it(
      'knows devices that only their punches name',
      withJournal(open, async (journal) => {
        await append(journal, unproven(), punch({ userId: '8' }), punch({ userId: '9' }));
        expect(journal.devices().map(({ sn, punches }) => [sn, punches])).toEqual([
          ['HIP_DEVICE_1', 1],
          ['SNA', 2],
        ]);
      }),
    );

    it(
      'holds punches of a device until it is approved',
      withJournal(open, async (journal) => {
        const hold = { holdUnapproved: true };
        await journal.append(entry([punch(), punch({ userId: '8', deviceSn: 'SNB' })], hold));
        expect(journal.totals()).toMatchObject({ held: 2, waiting: 0 });
        expect(journal.take(10)).toEqual([]);
        expect(await journal.approveDevice('UNKNOWN')).toBe(false);
        expect(await journal.approveDevice('SNA')).toBe(true);
        expect(journal.totals()).toMatchObject({ held: 1, waiting: 1 });
        await journal.append(entry([punch({ userId: '9' })], hold));
        expect(journal.take(10)).toMatchObject([{ deviceName: 'SNA' }, { userId: '9' }]);
        expect([...journal.punches({ state: 'held' })]).toMatchObject([{ deviceSn: 'SNB' }]);
        expect(journal.devices().map(({ approved }) => approved)).toEqual([true, false]);
      }),
    );

    it.each([
      { road: 'an approved terminal', held: unproven(), again: punch(), name: 'HIP_DEVICE_1' },
      { road: 'a file', held: punch(), again: unproven(), name: 'SNA' },
      { road: 'a file without seconds', held: punch(), again: minute(), name: 'SNA' },
      { road: 'a file that proves the device', held: punch(), again: punch(), name: 'SNA' },
    ])(
      'lets a held punch wait when $road brings it again, under its first name',
      async ({ held, again, name }) =>
        withJournal(open, async (journal) => {
          const others = [punch({ userId: '8', deviceSn: 'SNB' }), unproven({ userId: '9' })];
          await journal.append(entry([held, ...others], { holdUnapproved: true }));
          expect(journal.totals()).toMatchObject({ held: 3, waiting: 0 });
          expect(await journal.append(entry([again], { holdUnapproved: true }))).toMatchObject({
            duplicates: 1,
          });
          expect(journal.totals()).toMatchObject({ held: 3, waiting: 0 });
          expect(await journal.append(entry([again]))).toMatchObject({ stored: 0, duplicates: 1 });
          expect(journal.totals()).toMatchObject({ held: 2, waiting: 1 });
          expect(journal.take(10)).toMatchObject([{ deviceName: name, userId: '7' }]);
          await journal.append(entry([again, { ...again, userId: '12' }]));
          expect(journal.totals()).toMatchObject({ held: 2, waiting: 2 });
        })(),
    );

    it(
      'names and forgets devices; punches stay',
      withJournal(open, async (journal) => {
        const spoken = { sn: 'SNA', facts: { model: 'X' }, stamps: { ATTLOG: '5' } };
        await journal.append(entry([punch()], { device: spoken }));
        await journal.approveDevice('SNA');
        journal.enqueueCommand({ deviceSn: 'SNA', verb: 'info', text: 'INFO' });
        expect([journal.renameDevice('SNA', 'Gate'), journal.renameDevice('SNX', 'Gate')]).toEqual([
          true,
          false,
        ]);
        expect(journal.devices()).toMatchObject([{ name: 'Gate' }]);
        expect([journal.forgetDevice('SNA'), journal.forgetDevice('SNA')]).toEqual([true, false]);
        expect([journal.devices(), journal.commands(), journal.deviceState('SNA')]).toEqual([
          [],
          [],
          undefined,
        ]);
        expect(journal.pendingCommands('SNA')).toEqual([]);
        expect(journal.renameDevice('SNA', 'Gate')).toBe(false);
        expect([...journal.punches({})]).toMatchObject([{ deviceSn: 'SNA' }]);
        expect(await journal.append(entry([punch()], { device: { sn: 'SNA' } }))).toMatchObject({
          duplicates: 1,
        });
        expect(journal.devices()).toMatchObject([
          { sn: 'SNA', name: null, approved: false, facts: {}, stamps: {} },
        ]);
        expect(journal.devices()).toMatchObject([{ punches: 1 }]);
      }),
    );
  });

  describe('commands', () => {
    const INFO = { deviceSn: 'SNA', verb: 'info', text: 'INFO' };

    it(
      'hands out in order, notes what was sent and what came of it',
      withJournal(open, async (journal, clock) => {
        const first = journal.enqueueCommand(INFO);
        const second = journal.enqueueCommand({ ...INFO, verb: 'reboot', text: 'REBOOT' });
        expect(first).toMatch(/^\d+$/);
        expect(journal.pendingCommands('SNA')).toMatchObject([
          { id: first, verb: 'info', text: 'INFO' },
          { id: second, verb: 'reboot', text: 'REBOOT' },
        ]);
        expect(journal.pendingCommands('SNB')).toEqual([]);
        const device = { sn: 'SNA' };
        await journal.append(entry([], { device, commandsSent: [first, second] }));
        expect(journal.pendingCommands('SNA')).toEqual([]);
        clock.now = later(SECOND_MS);
        const commandResults = [result(first, 0), result(second, -1002), result('77', 0), result('x', 0)];
        await journal.append(entry([], { device, receivedAt: clock.now, commandResults }));
        expect(journal.commands('SNA')).toMatchObject([
          {
            id: first,
            state: 'done',
            returnCode: '0',
            detail: 'x=1',
            attempts: 1,
            finishedAt: later(SECOND_MS).toISOString(),
          },
          { id: second, state: 'failed', returnCode: '-1002', sentAt: ARRIVAL.toISOString() },
        ]);
        expect(journal.commands('SNB')).toEqual([]);
      }),
    );

    it(
      'takes an answer only from the device that was asked',
      withJournal(open, async (journal) => {
        const id = journal.enqueueCommand(INFO);
        await journal.append(entry([], { device: { sn: 'SNB' }, commandResults: [result(id, 0)] }));
        expect(journal.commands()).toMatchObject([{ state: 'waiting' }]);
      }),
    );

    it(
      'offers an unanswered command again, but not for ever',
      withJournal(open, async (journal, clock) => {
        const id = journal.enqueueCommand(INFO);
        const send = () =>
          journal.append(entry([], { receivedAt: clock.now, device: { sn: 'SNA' }, commandsSent: [id] }));
        for (let attempt = 1; attempt <= 3; attempt += 1) {
          expect(journal.pendingCommands('SNA')).toMatchObject([{ id }]);
          await send();
          expect(journal.pendingCommands('SNA')).toEqual([]);
          clock.now = new Date(clock.now.getTime() + 121 * SECOND_MS);
        }
        expect(journal.pendingCommands('SNA')).toEqual([]);
        expect(journal.commands()).toMatchObject([{ state: 'expired', attempts: 3 }]);
        await journal.append(entry([], { device: { sn: 'SNA' }, commandResults: [result(id, 0)] }));
        expect(journal.commands()).toMatchObject([{ state: 'done' }]);
      }),
    );

    it(
      'hands out nothing that was given a week ago',
      withJournal(open, (journal, clock) => {
        journal.enqueueCommand({ ...INFO, verb: 'reboot' });
        clock.now = later(7 * 86_400 * SECOND_MS);
        expect(journal.pendingCommands('SNA')).toHaveLength(1);
        clock.now = later(7 * 86_400 * SECOND_MS + SECOND_MS);
        expect(journal.pendingCommands('SNA')).toEqual([]);
        expect(journal.commands()).toMatchObject([{ state: 'expired' }]);
      }),
    );

    it(
      'cancels an open command, once, whether it was handed out or not',
      withJournal(open, async (journal, clock) => {
        const waits = journal.enqueueCommand({ ...INFO, verb: 'reboot', text: 'REBOOT' });
        const out = journal.enqueueCommand(INFO);
        await journal.append(
          entry([], { receivedAt: clock.now, device: { sn: 'SNA' }, commandsSent: [out] }),
        );
        expect([waits, out, '77', 'x'].map((id) => journal.cancelCommand(id))).toEqual([
          true,
          true,
          false,
          false,
        ]);
        expect(journal.cancelCommand(waits)).toBe(false);
        clock.now = new Date(clock.now.getTime() + 3_600_000);
        expect(journal.pendingCommands('SNA')).toEqual([]);
        const over = { state: 'expired', returnCode: 'cancelled' };
        expect(journal.commands()).toMatchObject([over, over]);
        const commandResults = [result(out, 0)];
        await journal.append(entry([], { device: { sn: 'SNA' }, commandResults }));
        expect(journal.commands()).toMatchObject([over, { state: 'done', returnCode: '0' }]);
      }),
    );

    it(
      'refuses to pile up commands for a device that never calls',
      withJournal(open, (journal) => {
        for (let n = 0; n < 200; n += 1) journal.enqueueCommand(INFO);
        expect(() => journal.enqueueCommand(INFO)).toThrow('200 commands');
        journal.enqueueCommand({ ...INFO, deviceSn: 'SNB' });
        expect(journal.pendingCommands('SNA')).toHaveLength(200);
      }),
    );
  });
}
