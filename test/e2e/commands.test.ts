import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Reconciliation } from '../../src/lib/device-commands/reconcile.js';
import type { CommandRecord, StoredPunch } from '../../src/lib/journal/journal.js';
import { withDatabase } from '../support/database.js';
import { createProgram, type Program, type Spawned } from '../support/program.js';

const PATIENCE_MS = 30_000;
const PUNCHES = 300;
/** Punches of a seeded run stand in this month. */
const MONTH = ['--from', '2025-01-01', '--to', '2025-01-31'];

describe('commands for devices of both families, given while hip serve runs', () => {
  const database = withDatabase();
  const folder = mkdtempSync(join(tmpdir(), 'hip-commands-'));
  const started: Spawned[] = [];
  let program: Program;

  beforeAll(async () => {
    // What hip asks by itself would come between what is counted here.
    program = await createProgram(folder, { database: { url: database.url }, backfill: { auto: false } });
    started.push(await program.serve());
  });
  afterAll(async () => {
    for (const { child } of started) child.kill('SIGTERM');
    await Promise.all(started.map(({ ended }) => ended));
    rmSync(folder, { recursive: true });
  });

  async function hip<T>(...args: string[]): Promise<{ readonly code: number | null; readonly json: T }> {
    const spawned = program.spawn([...args, '--json']);
    const code = await spawned.ended;
    return { code, json: JSON.parse(spawned.output().stdout) as T };
  }

  const command = (sn: string, ...args: string[]) => hip<CommandRecord>('devices', 'command', sn, ...args);

  async function punchesOf(sn: string): Promise<readonly string[]> {
    const { json } = await hip<StoredPunch[]>('punches', '--device', sn, '--limit', '0');
    return json.map(({ time, userId }) => `${time} ${userId}`);
  }

  async function rowsOf(sn: string): Promise<number> {
    const rows = await database.sql('SELECT COUNT(*) AS n FROM device_logs WHERE device_sn = ?', [sn]);
    return Number(rows[0]?.n);
  }

  function deleteFromJournal(sn: string, count: number): void {
    const db = new DatabaseSync(join(folder, 'hip.db'));
    db.exec('PRAGMA busy_timeout = 10000');
    db.prepare(
      `DELETE FROM punch WHERE key IN (SELECT p.key FROM punch p JOIN device d ON d.id = p.device
        WHERE d.sn = ? ORDER BY p.time % 97, p.key LIMIT ?)`,
    ).run(sn, count);
    db.close();
  }

  describe.each([
    ['adms', 21, 'SIM0000210001'],
    ['fkweb', 22, 'SIM0000220001'],
  ])('a device that speaks %s', (dialect, seed, sn) => {
    let device: Spawned;

    beforeAll(() => {
      device = program.spawn([
        ...['simulate', '--dialect', dialect, '--devices', '1', '--count', String(PUNCHES)],
        ...['--seed', String(seed), '--linger', '600', '--poll', '100', '--target', program.target],
      ]);
      started.push(device);
    });
    afterAll(async () => {
      device.child.kill('SIGKILL');
      await device.ended;
    });

    it('has sent all it has', async () => {
      await expect.poll(() => rowsOf(sn), { timeout: PATIENCE_MS }).toBe(PUNCHES);
    });

    it('tells of itself', async () => {
      const { code, json } = await command(sn, 'info');
      expect(code).toBe(0);
      expect(json).toMatchObject({ deviceSn: sn, verb: 'info', state: 'done', returnCode: '0', attempts: 1 });
      expect(json.detail).toMatch(dialect === 'adms' ? /^~DeviceName=SIM-ADMS$/m : /^user_count=\d+$/m);
    });

    it('sends a month again: no row more; with 10 deleted from the journal exactly those 10', async () => {
      const all = await punchesOf(sn);
      expect(all).toHaveLength(PUNCHES);
      const before = (await program.status()).journal.duplicates;
      expect(await command(sn, 'resend', ...MONTH)).toMatchObject({ code: 0, json: { state: 'done' } });
      expect((await program.status()).journal.duplicates).toBe(before + PUNCHES);
      expect(await punchesOf(sn)).toEqual(all);

      deleteFromJournal(sn, 10);
      expect(await punchesOf(sn)).toHaveLength(PUNCHES - 10);
      expect(await command(sn, 'resend', ...MONTH)).toMatchObject({ code: 0 });
      expect(await punchesOf(sn)).toEqual(all);
      expect((await program.status()).journal.duplicates).toBe(before + 2 * PUNCHES - 10);
      await expect
        .poll(async () => (await program.status()).journal.waiting, { timeout: PATIENCE_MS })
        .toBe(0);
      expect(await rowsOf(sn)).toBe(PUNCHES);
    });

    it('lists its users in the result and nowhere else', async () => {
      const { code, json } = await command(sn, 'users');
      expect(code).toBe(0);
      const users = (json.detail ?? '').split('\n');
      const known = new Set((await punchesOf(sn)).map((punch) => punch.slice(20)));
      expect(new Set(users.map((user) => user.split('\t')[0]))).toEqual(known);
      if (dialect === 'adms') expect(users[0]).toMatch(/^\S+\tSimulated \S+$/);
      const logs = join(folder, 'logs');
      const logged = readdirSync(logs).map((file) => readFileSync(join(logs, file), 'utf8'));
      const { json: devices } = await hip<unknown>('devices');
      const everything = JSON.stringify([logged, devices, await program.status(), await hip('punches')]);
      expect(everything).not.toMatch(/Simulated/);
      expect(JSON.stringify(json)).not.toContain('4711');
    });

    it('is compared with the journal, which says what was missing', async () => {
      const day = '2025-01-01';
      const all = await punchesOf(sn);
      const whole = await hip<Reconciliation>('devices', 'reconcile', sn, '--day', day);
      const full = { outcome: 'compared', device: PUNCHES, elsewhere: 0 };
      expect(whole).toEqual({ code: 0, json: { ...full, deviceSn: sn, day, journal: PUNCHES, missing: [] } });

      deleteFromJournal(sn, 3);
      const left = new Set(await punchesOf(sn));
      const { code, json } = await hip<Reconciliation>('devices', 'reconcile', sn, '--day', day);
      expect(code).toBe(0);
      expect(json).toMatchObject({ ...full, journal: PUNCHES - 3 });
      const missing = json.missing.map(({ time, userId }) => `${time} ${userId}`);
      expect(missing).toEqual(all.filter((punch) => !left.has(punch)));
      expect(await punchesOf(sn)).toEqual(all);
    });

    it('takes a set-time and a restart, and goes on', async () => {
      expect(await command(sn, 'set-time')).toMatchObject({ code: 0, json: { state: 'done' } });
      expect(await command(sn, 'reboot')).toMatchObject({ code: 0, json: { state: 'done' } });
      expect(await command(sn, 'info')).toMatchObject({ code: 0, json: { state: 'done' } });
      const { json } = await hip<CommandRecord[]>('devices', 'commands', '--device', sn);
      expect(json.every(({ state }) => state === 'done')).toBe(true);
    });
  });

  const SILENT = 'CQZ0000000099';
  const attlog = (body: string) =>
    fetch(`${program.target}/iclock/cdata?SN=${SILENT}&table=ATTLOG&Stamp=9999`, { method: 'POST', body });

  it('for a device that never asks neither pile up nor block its punches', async () => {
    await attlog('1\t2026-10-05 08:00:00\t0\t1\n');
    const first = await command(SILENT, 'info', '--timeout', '1');
    expect(first).toMatchObject({ code: 3, json: { state: 'waiting' } });
    for (let i = 0; i < 3; i += 1)
      expect(await command(SILENT, 'info', '--no-wait')).toMatchObject({
        code: 0,
        json: { id: first.json.id },
      });
    const { json } = await hip<CommandRecord[]>('devices', 'commands', '--device', SILENT);
    expect(json).toMatchObject([{ verb: 'info', state: 'waiting', attempts: 0 }]);
    expect(await (await attlog('1\t2026-10-05 08:00:05\t0\t1\n')).text()).toBe('OK: 1');
    await expect.poll(() => rowsOf(SILENT), { timeout: PATIENCE_MS }).toBe(2);
  });

  it('end with 4 when the device refuses', async () => {
    const waiting = command(SILENT, 'users');
    const poll = async () => (await fetch(`${program.target}/iclock/getrequest?SN=${SILENT}`)).text();
    let handed = '';
    await expect.poll(async () => (handed += await poll()), { timeout: PATIENCE_MS }).toContain('USERINFO');
    const id = /C:(\d+):DATA QUERY USERINFO/.exec(handed)?.[1];
    await fetch(`${program.target}/iclock/devicecmd?SN=${SILENT}`, {
      method: 'POST',
      body: `ID=${id}&Return=-1002&CMD=DATA\n`,
    });
    expect(await waiting).toMatchObject({ code: 4, json: { state: 'failed', returnCode: '-1002' } });
  });

  it('that would erase, run or move anything are no commands', async () => {
    for (const verb of ['clear', 'CLEAR DATA', 'shell', 'firmware', 'PutFile', 'raw']) {
      const spawned = program.spawn(['devices', 'command', SILENT, verb, '--no-wait']);
      expect(await spawned.ended).toBe(2);
    }
    const spawned = program.spawn([
      'devices',
      'command',
      SILENT,
      'info',
      '--from',
      '2026-01-01',
      '--no-wait',
    ]);
    expect(await spawned.ended).toBe(2);
  });
});
