import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Journal } from '../../src/lib/journal/journal.js';
import { openJournal } from '../../src/lib/journal/open.js';
import type { SyncReport } from '../../src/lib/shell/sync/sync-run.js';
import { withDatabase } from '../support/database.js';
import { createProgram, type Program, type Spawned } from '../support/program.js';
import { lines, TITLE } from '../sync/rig.js';

const ROUNDS = 20;
const PUNCHES = 60_000;
const WAIT = { timeout: 60_000, interval: 2 };
/** No calendar has that day. */
const BAD = '7 1007 31/02/2026 07:59:00 AM FP\r\n';

describe('laws 2 and 3: one identity, nothing is discarded', () => {
  const database = withDatabase();
  const folder = mkdtempSync(join(tmpdir(), 'hip-sync-kill-'));
  const logDir = join(folder, 'log');
  const file = join(logDir, 'a.txt');
  const started: Spawned[] = [];
  let hip: Program;
  let journal: Journal;

  beforeAll(async () => {
    mkdirSync(logDir);
    const third = PUNCHES / 3;
    const text = [TITLE, lines(1, third), BAD, lines(third + 1, third), BAD, lines(2 * third + 1, third)];
    writeFileSync(file, text.join(''));
    hip = await createProgram(folder, { database: { url: database.url }, sync: { logDir } });
    journal = openJournal({ dataDir: folder });
  });
  afterAll(async () => {
    for (const { child } of started) child.kill('SIGKILL');
    await Promise.all(started.map(({ ended }) => ended));
    journal.close();
    rmSync(folder, { recursive: true });
  });

  it(`killed ${ROUNDS} times, hip sync has every punch line in MySQL exactly once after a last run`, async () => {
    const size = statSync(file).size;
    for (let round = 0; round < ROUNDS; round += 1) {
      const spawned = hip.spawn(['sync']);
      started.push(spawned);
      // Somewhere new each time: at first while it reads, then while it delivers what is left.
      const share = (round + 1 + ((round * 0.618) % 1)) / (ROUNDS + 2);
      const isFar = (): boolean => progressOf(size) >= share || spawned.child.exitCode !== null;
      await expect.poll(isFar, WAIT).toBe(true);
      spawned.child.kill('SIGKILL');
      expect(await spawned.ended).toBeNull();
    }
    const last = hip.spawn(['sync', '--json']);
    expect(await last.ended).toBeOneOf([0, 4]);
    expect(JSON.parse(last.output().stdout) as SyncReport).toMatchObject({ waiting: 0, fault: null });
    const punches = readFileSync(file, 'latin1')
      .split('\r\n')
      .filter((text) => / FP IN$/.test(text));
    const rows = await database.sql('SELECT raw_data FROM device_logs');
    expect(rows).toHaveLength(PUNCHES);
    expect(new Set(rows.map(({ raw_data }) => raw_data))).toEqual(new Set(punches));
    expect(journal.totals()).toMatchObject({ delivered: PUNCHES, waiting: 0, rejected: 0, quarantined: 1 });
  }, 300_000);

  it('a second run at the same time says so and exits 0', async () => {
    writeFileSync(join(logDir, 'b.txt'), lines(100_001, 30_000));
    const first = hip.spawn(['sync', '--json']);
    started.push(first);
    await expect.poll(() => journal.checkpoint(join(logDir, 'b.txt')) !== undefined, WAIT).toBe(true);
    const [second, spoken] = [hip.spawn(['sync', '--json']), hip.spawn(['sync'])];
    expect(await Promise.all([second.ended, spoken.ended])).toEqual([0, 0]);
    expect(first.child.exitCode).toBeNull();
    expect(JSON.parse(second.output().stdout)).toMatchObject({
      alreadyRunning: true,
      files: [],
      delivered: 0,
    });
    expect(spoken.output().stdout).toContain('Another hip sync is at work');
    expect(await first.ended).toBe(0);
    expect(JSON.parse(first.output().stdout)).toMatchObject({ totals: { punches: 30_000 }, waiting: 0 });
  }, 120_000);

  /** Of the way from nothing to everything delivered: half is reading, half delivering. */
  function progressOf(size: number): number {
    const read = (journal.checkpoint(file)?.offsetBytes ?? 0) / size;
    return read / 2 + journal.totals().delivered / PUNCHES / 2;
  }
});
