import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/lib/app.js';
import { queueCommand } from '../../src/lib/device-commands/queue.js';
import { waitForCommand } from '../../src/lib/device-commands/wait.js';
import type { CommandRecord, Journal, JournalEntry } from '../../src/lib/journal/journal.js';
import { openJournal } from '../../src/lib/journal/open.js';

const START = new Date('2026-11-22T05:00:00.000Z');
const deviceSn = 'CQZ0000000001';

let folder: string;
let journal: Journal;
let now: Date;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hip-commands-'));
  now = START;
  journal = openJournal({ dataDir: folder, clock: () => now });
});
afterEach(() => {
  journal.close();
  rmSync(folder, { recursive: true });
});

function later(seconds: number): void {
  now = new Date(now.getTime() + seconds * 1000);
}

async function says(entry: Partial<JournalEntry>, sn = deviceSn): Promise<void> {
  await journal.append({ source: 'adms', receivedAt: now, punches: [], device: { sn }, ...entry });
}

function only(): CommandRecord {
  const [command, ...others] = journal.commands(deviceSn);
  expect(others).toEqual([]);
  return command!;
}

describe('the queue', () => {
  it('holds the same command once while it is open', async () => {
    const first = queueCommand(journal, { deviceSn, verb: 'info' });
    expect(queueCommand(journal, { deviceSn, verb: 'info' })).toEqual({ id: first.id, isNew: false });
    await says({ commandsSent: [first.id] });
    expect(queueCommand(journal, { deviceSn, verb: 'info' })).toEqual({ id: first.id, isNew: false });
    await says({ commandResults: [{ id: first.id, returnCode: 0, command: 'INFO', detail: null }] });
    expect(queueCommand(journal, { deviceSn, verb: 'info' }).isNew).toBe(true);
  });

  it('tells ranges apart, and has a bound for a device that never answers', () => {
    const day = (n: number) => ({ from: `2026-10-${String(n).padStart(2, '0')} 00:00:00` });
    for (let n = 1; n <= 20; n += 1)
      expect(queueCommand(journal, { deviceSn, verb: 'resend', range: day(n) }).isNew).toBe(true);
    expect(queueCommand(journal, { deviceSn, verb: 'resend', range: day(7) }).isNew).toBe(false);
    expect(() => queueCommand(journal, { deviceSn, verb: 'info' })).toThrow('20 commands wait');
    expect(journal.commands(deviceSn)).toHaveLength(20);
    expect(queueCommand(journal, { deviceSn: 'CQZ0000000002', verb: 'info' }).isNew).toBe(true);
  });

  it('gives none to clients that never ask, and to no impossible serial number', async () => {
    await says({ device: { sn: 'HIP_DEVICE_1', dialect: 'plain' } });
    expect(() => queueCommand(journal, { deviceSn: 'HIP_DEVICE_1', verb: 'info' })).toThrow('never asks');
    expect(() => queueCommand(journal, { deviceSn: 'A\nB', verb: 'info' })).toThrow('serial number');
  });

  it('takes nothing that is not a verb of hip, whoever asks', () => {
    for (const verb of ['raw', 'clear', 'shell'])
      expect(() => journal.enqueueCommand({ deviceSn, verb, text: 'CLEAR DATA' })).toThrow('no command');
    expect(() => journal.enqueueCommand({ deviceSn, verb: 'resend', text: 'CLEAR DATA' })).toThrow('range');
    expect(journal.commands()).toEqual([]);
  });

  it('offers a restart once: lost in the restart, its answer never comes', async () => {
    const { id } = queueCommand(journal, { deviceSn, verb: 'reboot' });
    await says({ commandsSent: [id] });
    later(121);
    expect(journal.pendingCommands(deviceSn)).toEqual([]);
    expect(only()).toMatchObject({ state: 'expired', attempts: 1 });
    await says({ commandResults: [{ id, returnCode: 0, command: 'REBOOT', detail: null }] });
    expect(only().state).toBe('done');
  });

  it('takes a count for an answer, a word or a negative number for a refusal', async () => {
    const answers = [
      [4123, 'done'],
      ['-1', 'failed'],
      ['ERROR_NO_DATA', 'failed'],
    ] as const;
    for (const [returnCode, state] of answers) {
      const { id } = queueCommand(journal, { deviceSn, verb: 'resend' });
      await says({ commandResults: [{ id, returnCode, command: 'DATA', detail: null }] });
      expect(journal.commands(deviceSn).at(-1)).toMatchObject({ id, state, returnCode: String(returnCode) });
    }
  });
});

describe('users', () => {
  const users = ['7\tSomchai', '0008\t'];

  it('go into the detail of the command that asked, once each, whichever comes first', async () => {
    const { id } = queueCommand(journal, { deviceSn, verb: 'users' });
    await says({ commandsSent: [id] });
    await says({ users });
    await says({ commandResults: [{ id, returnCode: 2, command: 'DATA', detail: null }] });
    await says({ users: [...users, '9\tNok'] });
    expect(only()).toMatchObject({ state: 'done', detail: '7\tSomchai\n0008\t\n9\tNok' });
  });

  it('that nobody asked for are kept nowhere', async () => {
    await says({ users });
    const { id } = queueCommand(journal, { deviceSn, verb: 'users' });
    await says({ users });
    await says({ users }, 'CQZ0000000002');
    expect(only().detail).toBeNull();
    await says({ commandsSent: [id], commandResults: [{ id, returnCode: 0, command: '', detail: null }] });
    later(601);
    await says({ users });
    expect(JSON.stringify([journal.commands(), journal.devices()])).not.toContain('Somchai');
  });
});

describe('waiting for an answer', () => {
  it('ends with the answer, and tells each change', async () => {
    const { id } = queueCommand(journal, { deviceSn, verb: 'info' });
    const told: string[] = [];
    const parts = { journal, clock: systemClock, timeoutMs: 20_000 };
    const ended = waitForCommand({ ...parts, onChange: ({ state }) => told.push(state) }, { deviceSn, id });
    await says({ commandsSent: [id] });
    await expect.poll(() => told).toEqual(['waiting', 'sent']);
    await says({ commandResults: [{ id, returnCode: 0, command: 'INFO', detail: 'x=1' }] });
    expect(await ended).toMatchObject({ state: 'done', detail: 'x=1' });
    expect(told).toEqual(['waiting', 'sent', 'done']);
  });

  it('ends when the time is up; the command stays', async () => {
    const { id } = queueCommand(journal, { deviceSn, verb: 'info' });
    const parts = { journal, clock: systemClock, timeoutMs: 1 };
    expect(await waitForCommand(parts, { deviceSn, id })).toMatchObject({ state: 'waiting' });
    journal.forgetDevice(deviceSn);
    await says({});
    journal.forgetDevice(deviceSn);
    expect(await waitForCommand(parts, { deviceSn, id })).toBeUndefined();
  });
});
