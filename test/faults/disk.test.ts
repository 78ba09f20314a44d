import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tell, withOffice } from './office.js';
import { requireStrace, traced } from './strace.js';

const WAIT = { timeout: 120_000, interval: 20 };
const LOAD = { count: 1_000_000, rate: 200 };

beforeAll(requireStrace, 300_000);

/** The kernel answers with an error instead of carrying out; first a few times, then never again. */
const FAILURES = [
  { name: 'I/O error at a write', calls: ['pwrite64'], inject: 'pwrite64:error=EIO:when=200..230' },
  { name: 'I/O error at a sync', calls: ['fsync'], inject: 'fsync:error=EIO:when=30..33' },
  { name: 'disk full at a write', calls: ['pwrite64'], inject: 'pwrite64:error=ENOSPC:when=200..260' },
  { name: 'disk full at a sync', calls: ['fsync'], inject: 'fsync:error=ENOSPC:when=30..33' },
  { name: 'read-only at a write', calls: ['pwrite64'], inject: 'pwrite64:error=EROFS:when=200..230' },
] as const;

describe('law 1: the disk says no', () => {
  const office = withOffice();
  const log = join(office.folder, 'calls.log');

  it.each(FAILURES)(
    '$name: told to try again, and nothing is lost',
    async ({ name, calls, inject }) => {
      const path = join(office.folder, 'hip.db-wal');
      const serving = office.start(traced({ log, calls, path, inject }));
      const before = office.acknowledged();
      const loads = [office.load('adms', LOAD), office.load('fkweb', LOAD)];
      // Enough for the journal to have met the failures and to be past them.
      await expect.poll(() => office.acknowledged(), WAIT).toBeGreaterThan(before + 600);
      const sum = await office.settle();
      const refused = loads.reduce((all, { output }) => all + refusedOf(output().stdout), 0);
      expect(refused, 'requests told to try again').toBeGreaterThan(0);
      serving.child.kill('SIGTERM');
      await serving.ended;
      tell(name, { times: refused, punches: sum.rows });
    },
    300_000,
  );
});

function refusedOf(summary: string): number {
  return (JSON.parse(summary) as { refused: number }).refused;
}

const isRoot = process.getuid?.() === 0;

/** A file system of its own, small enough to fill in a moment; mounting one takes root. */
describe.runIf(isRoot)('law 1: a disk that fills up under load', () => {
  const mount = mkdtempSync(join(tmpdir(), 'hip-faults-disk-'));
  // The body runs in any case, to be told what there is to run.
  if (isRoot) execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', mount]);
  afterAll(() => {
    execFileSync('umount', [mount]);
    rmdirSync(mount);
  });
  const folder = join(mount, 'data');
  mkdirSync(folder);
  const office = withOffice({ folder: () => folder });

  it('and is made room on, again and again', async () => {
    await office.serve();
    office.load('adms', LOAD);
    office.load('fkweb', LOAD);
    // One family alone would fill the disk for good before the other has been heard at all.
    await office.answered();
    const filler = join(mount, 'filler');
    let times = 0;
    for (let round = 0; round < 3; round += 1) {
      fill(filler);
      await expect.poll(async () => (await office.program.status()).journal.error, WAIT).not.toBeNull();
      times += 1;
      rmSync(filler);
      const before = office.acknowledged();
      await expect.poll(() => office.acknowledged(), WAIT).toBeGreaterThan(before + 20);
    }
    const sum = await office.settle();
    tell('disk full under load (real file system)', { times, punches: sum.rows });
  }, 300_000);

  function fill(file: string): void {
    for (const size of [262_144, 4_096]) {
      try {
        for (;;) writeFileSync(file, Buffer.alloc(size), { flag: 'a' });
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      }
    }
  }
});
