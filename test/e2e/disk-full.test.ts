import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmdirSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createProgram, type Program, type Spawned } from '../support/program.js';

const PUNCH = '1\t2026-10-05 08:00:00\t0\t1\n';

/** A file system of its own, small enough to fill in a moment; mounting one takes root. */
describe.runIf(process.getuid?.() === 0)('law 1: a journal on a full disk', () => {
  const mount = mkdtempSync(join(tmpdir(), 'hip-full-'));
  const filler = join(mount, 'filler');
  let program: Program;
  let serving: Spawned | undefined;

  beforeAll(async () => {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', mount]);
    const folder = join(mount, 'data');
    mkdirSync(folder);
    program = await createProgram(folder, {});
    serving = await program.serve();
  });
  afterAll(async () => {
    serving?.child.kill('SIGTERM');
    await serving?.ended;
    execFileSync('umount', [mount]);
    rmdirSync(mount);
  });

  function fill(): void {
    const file = openSync(filler, 'w');
    try {
      for (const size of [65_536, 4_096, 1]) writeUntilFull(file, Buffer.alloc(size));
    } finally {
      closeSync(file);
    }
  }

  function push(body: string): Promise<Response> {
    return fetch(`${program.target}/iclock/cdata?SN=CEXB000000001&table=ATTLOG`, { method: 'POST', body });
  }

  it('tells the device to try again, says why, and stores the punch once there is room', async () => {
    expect(await (await push('9\t2026-10-05 07:00:00\t0\t1\n')).text()).toBe('OK: 1');
    fill();
    // The write-ahead log may have room for a few more; it ends within a few hundred punches.
    let refused: Response | undefined;
    for (let i = 0; i < 2_000 && !refused; i += 1) {
      const response = await push(
        PUNCH.replace('08:00:00', `08:${String(10 + (i % 50))}:00`).replace('1', `1${i}`),
      );
      if (response.status !== 200) refused = response;
      else await response.text();
    }
    expect(refused?.status).toBe(503);
    expect(await refused?.text()).not.toMatch(/^OK/);
    expect((await program.status()).journal.error).toMatch(/full/);
    const { stdout, stderr } = serving?.output() ?? { stdout: '', stderr: '' };
    expect(stdout + stderr).toMatch(/full/);

    const before = (await program.status()).journal.waiting;
    rmSync(filler);
    expect(await (await push(PUNCH)).text()).toBe('OK: 1');
    expect((await program.status()).journal).toMatchObject({ error: null, waiting: before + 1 });
  }, 60_000);
});

function writeUntilFull(file: number, bytes: Buffer): void {
  try {
    for (;;) writeSync(file, bytes);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  }
}
