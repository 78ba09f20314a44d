import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test, vi } from 'vitest';
import type { StatusReport } from '../../src/lib/shell/status/status.js';
import { withDatabase } from '../support/database.js';
import { createProgram, type Program, type Spawned } from '../support/program.js';

const database = withDatabase();
const folder = mkdtempSync(join(tmpdir(), 'hip-remade-'));
const started: Spawned[] = [];
afterEach(async () => {
  for (const { child } of started) child.kill('SIGTERM');
  await Promise.all(started.splice(0).map(({ ended }) => ended));
});
afterAll(() => rmSync(folder, { recursive: true }));

const soon = { timeout: 30_000, interval: 100 };

async function hip(program: Program, ...args: string[]): Promise<string> {
  const spawned = program.spawn(args);
  await spawned.ended;
  return spawned.output().stdout;
}

async function noticesOf(program: Program): Promise<StatusReport['notices']> {
  return (JSON.parse(await hip(program, 'status', '--json')) as StatusReport).notices;
}

async function rows(): Promise<number> {
  const [row] = await database.sql('SELECT COUNT(*) AS n FROM device_logs');
  return Number(row?.n);
}

test('a table that was dropped is made anew, that is told, and hip redeliver brings all back', async () => {
  const program = await createProgram(folder, {
    database: { url: database.url },
    backfill: { auto: false },
  });
  const simulate = ['simulate', '--target', program.target, '--devices', '1', '--seed', '7'];
  started.push(await program.serve());
  await hip(program, ...simulate, '--count', '40');
  await vi.waitFor(async () => expect(await rows()).toBe(40), soon);
  expect(await noticesOf(program)).toEqual([]);

  await database.sql('DROP TABLE device_logs');
  await hip(program, ...simulate, '--count', '41');
  await vi.waitFor(async () => expect(await rows()).toBeLessThan(40), soon);
  const text = await hip(program, 'status');
  expect(text).toMatch(
    /^! .*device_logs was missing and has been made anew; 40 punches had been delivered before/,
  );
  expect(text).toContain('hip redeliver');
  expect(text).toContain('hip status --dismiss');

  await hip(program, 'redeliver');
  await vi.waitFor(async () => expect(await rows()).toBeGreaterThan(40), soon);
  expect(await noticesOf(program)).toEqual([]);
});

test('by hip test-db --create, too; hip status --dismiss says what it dismissed, once', async () => {
  const program = await createProgram(folder, { database: { url: database.url } });
  await database.sql('DROP TABLE device_logs');
  expect(await hip(program, 'test-db', '--create')).toContain('had been delivered before: hip redeliver');
  expect(await noticesOf(program)).toHaveLength(1);
  expect(await hip(program, 'status', '--dismiss')).toMatch(/^Dismissed:\n {2}The table of .* made anew/);
  expect(await noticesOf(program)).toEqual([]);
  const again = JSON.parse(await hip(program, 'status', '--dismiss', '--json'));
  expect(again).toMatchObject({ dismissed: [], notices: [], running: false });
  expect(await hip(program, 'status', '--dismiss')).toContain('There is no notice to dismiss.');
});

test('by hip init --create, too', async () => {
  const program = await createProgram(folder, { database: { url: database.url } });
  await database.sql('DROP TABLE device_logs');
  const told = await hip(program, 'init', '--yes', '--force', '--create');
  expect(told).toMatch(
    /^Note: The table of .* made anew; .* had been delivered before: hip redeliver .*\.$/m,
  );
  expect(await noticesOf(program)).toHaveLength(1);
});
