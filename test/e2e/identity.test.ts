import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StoredPunch } from '../../src/lib/journal/journal.js';
import { withDatabase } from '../support/database.js';
import { createProgram, type Program, type Spawned } from '../support/program.js';

const PATIENCE_MS = 30_000;

/** A month of a small office: 20 people, four punches on each of 22 days. */
const MONTH = Array.from({ length: 22 }, (_, day) =>
  Array.from({ length: 20 }, (_, person) =>
    ['07:55', '12:00', '12:58', '17:05'].map((time, i) => ({
      userId: String(person + 1).padStart(4, '0'),
      time: `2026-10-${String(day + 1).padStart(2, '0')} ${time}:${String((person * 3) % 60).padStart(2, '0')}`,
      status: i % 2,
    })),
  ),
).flat(2);

describe('law 2: one identity', () => {
  const database = withDatabase();
  const folders: string[] = [];
  const started: Spawned[] = [];
  let program: Program;

  beforeEach(async () => {
    await database.sql('DROP TABLE IF EXISTS device_logs');
    const folder = mkdtempSync(join(tmpdir(), 'hip-identity-'));
    folders.push(folder);
    program = await createProgram(folder, { database: { url: database.url } });
    started.push(await program.serve());
  });
  afterEach(async () => {
    for (const { child } of started) child.kill('SIGTERM');
    await Promise.all(started.splice(0).map(({ ended }) => ended));
  });
  afterAll(() => {
    for (const folder of folders) rmSync(folder, { recursive: true });
  });

  async function post(path: string, body: string): Promise<string> {
    const response = await fetch(program.target + path, { method: 'POST', body });
    expect(response.status).toBe(200);
    return response.text();
  }

  async function delivered(count: number): Promise<void> {
    await expect
      .poll(async () => (await program.status()).journal, { timeout: PATIENCE_MS })
      .toMatchObject({ waiting: 0, delivered: count });
  }

  async function rows(): Promise<number> {
    return Number((await database.sql('SELECT COUNT(*) AS n FROM device_logs'))[0]?.n);
  }

  async function listed(...args: string[]): Promise<StoredPunch[]> {
    const spawned = program.spawn(['punches', '--json', '--limit', '0', ...args]);
    expect(await spawned.ended).toBe(0);
    return JSON.parse(spawned.output().stdout) as StoredPunch[];
  }

  const plainBody = MONTH.map(({ userId, time, status }) => `${userId}\t${time}\t${status}\t1`).join('\n');
  const attlog = (sn: string): string => `/iclock/cdata?SN=${sn}&table=ATTLOG&Stamp=9999`;
  const attlogBody = MONTH.map(
    ({ userId, time, status }) => `${userId}\t${time}\t${status}\t1\t0\t0\t0\t\n`,
  ).join('');

  it('a month under the default name, then the terminal sends its whole memory: no new row', async () => {
    await post('/', plainBody);
    await delivered(MONTH.length);
    expect(await post(attlog('CEXB000000001'), attlogBody)).toBe(`OK: ${MONTH.length}`);
    await delivered(MONTH.length);
    expect(await rows()).toBe(MONTH.length);
    expect((await program.status()).journal.duplicates).toBe(MONTH.length);
    expect(new Set((await listed()).map((punch) => punch.deviceSn))).toEqual(new Set(['HIP_DEVICE_1']));
  });

  it('the other order: no new row either', async () => {
    await post(attlog('CEXB000000001'), attlogBody);
    await delivered(MONTH.length);
    await post('/', plainBody);
    await delivered(MONTH.length);
    expect(await rows()).toBe(MONTH.length);
    expect(new Set((await listed()).map((punch) => punch.deviceSn))).toEqual(new Set(['CEXB000000001']));
  });

  it('two terminals: two people, or one, at the same second are two rows; sent five times is one', async () => {
    for (let i = 0; i < 5; i += 1) {
      await post(attlog('CEXB000000001'), '11\t2026-10-05 08:00:00\t0\t1\n');
      await post(attlog('CEXB000000002'), '22\t2026-10-05 08:00:00\t0\t1\n');
      await post(attlog('CEXB000000002'), '11\t2026-10-05 08:00:00\t0\t1\n');
    }
    await delivered(3);
    expect(await rows()).toBe(3);
  });

  it('zero padding does not make another punch', async () => {
    await post(attlog('CEXB000000001'), '0090\t2026-10-05 08:00:00\t0\t1\n');
    await post(attlog('CEXB000000001'), '90\t2026-10-05 08:00:00\t0\t1\n');
    await delivered(1);
    expect(await listed('--user', '90')).toMatchObject([{ userId: '0090' }]);
  });

  it('law 3: a batch of good and bad lines', async () => {
    const answer = await post(
      attlog('CEXB000000001'),
      '1\t2026-10-05 08:00:00\t0\t1\nrubbish\n2\t2026-13-45 08:00:00\t0\t1\n\n3\t2026-10-05 08:00:02\t0\t1\n',
    );
    expect(answer).toBe('OK: 4');
    await delivered(2);
    expect((await program.status()).journal).toMatchObject({ quarantined: 2, duplicates: 0 });
    const spawned = program.spawn(['quarantine', 'list', '--json']);
    expect(await spawned.ended).toBe(0);
    const items = JSON.parse(spawned.output().stdout) as { reason: string; deviceSn: string }[];
    expect(items).toHaveLength(2);
    for (const item of items) expect(item.reason).not.toBe('');
  });

  it('redeliver brings exactly the missing rows back after an older copy was restored', async () => {
    await post(attlog('CEXB000000001'), attlogBody);
    await delivered(MONTH.length);
    await database.sql("DELETE FROM device_logs WHERE check_time >= '2026-10-11' AND user_id <> '0003'");
    const left = await rows();
    expect(left).toBeLessThan(MONTH.length);
    const spawned = program.spawn(['redeliver', '--json']);
    expect(await spawned.ended).toBe(0);
    expect(JSON.parse(spawned.output().stdout)).toEqual({ redelivered: MONTH.length });
    await delivered(MONTH.length);
    expect(await rows()).toBe(MONTH.length);
    expect((await program.status()).forwarder).toMatchObject({ insertedSinceStart: MONTH.length * 2 - left });
    expect(await database.sql('SELECT MAX(id) - MIN(id) < 3 * COUNT(*) AS modest FROM device_logs')).toEqual([
      { modest: 1 },
    ]);
  });
});
