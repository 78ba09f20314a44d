import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask } from '../listener/support/client.js';
import { post, punchLine } from '../listener/support/requests.js';
import { startSniffing } from '../sniff/sniffing.js';
import { createProgram, type Program } from '../support/program.js';

/** Some of it fits, the rest does not. */
const BODY = punchLine(1001).repeat(500);

/** A file system of its own, small enough to fill in a moment; mounting one takes root. */
describe.runIf(process.platform === 'linux' && process.getuid?.() === 0)('hip sniff on a full disk', () => {
  const mount = mkdtempSync(join(tmpdir(), 'hip-full-'));
  let program: Program;
  beforeAll(async () => {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', mount]);
    mkdirSync(join(mount, 'data'));
    program = await createProgram(join(mount, 'data'), {});
  });
  afterAll(() => {
    execFileSync('umount', [mount]);
    rmdirSync(mount);
  });

  it.each(['--no-scrub', '--scrub'])(
    'stops saving, says so once, and goes on showing (%s)',
    async (scrub) => {
      const dir = join(mount, 'capture');
      const { sniffing, ports } = await startSniffing(program, ['--brief', '--save', dir, scrub]);
      const count = (text: string): number => sniffing.output().stdout.split(text).length - 1;
      let sent = 0;
      const send = async (): Promise<void> => {
        expect((await ask(ports[0] ?? 0, post(BODY))).status).toBe(503);
        sent += 1;
      };
      while (count('the disk is full') === 0 && sent < 500) await send();
      for (let i = 0; i < 20; i += 1) await send();
      await expect.poll(() => count('TEST0001 punches')).toBe(sent);
      sniffing.child.kill('SIGINT');
      expect(await sniffing.ended).toBe(0);
      expect(count('the disk is full')).toBe(1);
      expect(sniffing.output().stdout).toContain('It is not all');
      expect(sniffing.output().stderr).toBe('');
      // What is there is whole: the case that found no room is gone.
      const cases = readdirSync(dir).filter((name) => /^\d{4}-/.test(name));
      for (const name of cases) expect(readdirSync(join(dir, name))).toContain('expect.json');
      rmSync(dir, { recursive: true });
    },
    60_000,
  );
});
