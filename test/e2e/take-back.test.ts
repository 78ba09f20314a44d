import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CommandRecord, QuarantineItem } from '../../src/lib/journal/journal.js';
import { onTerminal } from '../support/on-terminal.js';
import { createProgram, type Program } from '../support/program.js';

const folder = mkdtempSync(join(tmpdir(), 'hip-take-back-'));
const SN = 'CQZ7241900017';
let program: Program;

beforeAll(async () => {
  program = await createProgram(folder, {});
  const served = await program.serve();
  const push = `${program.target}/iclock/cdata?SN=${SN}&table=ATTLOG&Stamp=1`;
  for (const line of ['1001\tat noon\t0\t1\n', '1002\tin the evening\t0\t1\n']) {
    await fetch(push, { method: 'POST', body: line });
  }
  served.child.kill('SIGTERM');
  await served.ended;
});
afterAll(() => rmSync(folder, { recursive: true }));

async function hip(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const spawned = program.spawn(args);
  const code = await spawned.ended;
  return { code, ...spawned.output() };
}

async function quarantined(): Promise<number> {
  return (JSON.parse((await hip('quarantine', 'list', '--json')).stdout) as QuarantineItem[]).length;
}

test('the quarantine is emptied on a terminal after a yes only, with --yes and in scripts at once', async () => {
  expect(await quarantined()).toBe(2);
  const refused = await onTerminal(program, ['quarantine', 'discard', '--all'], '');
  expect(refused.text).toContain('Discard 2 items for good');
  expect(refused.text).toContain('Nothing was discarded.');
  expect(await quarantined()).toBe(2);
  const [first] = JSON.parse((await hip('quarantine', 'list', '--json')).stdout) as QuarantineItem[];
  expect((await hip('quarantine', 'discard', String(first?.id))).stdout).toBe('1 discarded.\n');
  expect((await onTerminal(program, ['quarantine', 'discard', '--all'], 'yes')).text).toContain(
    '1 discarded.',
  );
  expect(await quarantined()).toBe(0);
  expect((await hip('quarantine', 'discard', '--all')).stdout).toBe('0 discarded.\n');
  expect((await hip('quarantine', 'discard', '--yes')).code).toBe(2);
});

test('a command that waits for a device can be cancelled, once', async () => {
  await hip('devices', 'command', SN, 'reboot', '--no-wait');
  const [{ id, state }] = JSON.parse((await hip('devices', 'commands', '--json')).stdout) as [CommandRecord];
  expect(state).toBe('waiting');
  const cancelled = await hip('devices', 'commands', '--cancel', id);
  expect(cancelled).toMatchObject({ code: 0, stdout: `Command ${id} (reboot for ${SN}) is cancelled.\n` });
  expect((await hip('devices', 'commands')).stdout).toMatch(/reboot\t.*\texpired\t.*\tcancelled/);
  const again = await hip('devices', 'commands', '--cancel', id);
  expect(again).toMatchObject({ code: 2, stderr: expect.stringContaining('over already') });
  expect((await hip('devices', 'commands', '--cancel', '77')).code).toBe(2);
});
