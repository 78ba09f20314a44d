import {
  closeSync,
  existsSync,
  fstatSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { createDice, type Dice, PLAN } from './dice.js';
import { tell, withOffice } from './office.js';
import { readCalls, requireStrace, type TracedCall, traced } from './strace.js';

const dice = createDice(PLAN.seed);
const WAIT = { timeout: 120_000, interval: 5 };
const CALLS = ['pwrite64', 'fsync', 'fdatasync'];

beforeAll(requireStrace, 300_000);

/** A write that no sync of its file followed: after a power cut it may be on the disk, or not, or by half. */
interface Unsynced {
  readonly file: string;
  readonly offset: number;
  readonly length: number;
}

function unsyncedWrites(calls: readonly TracedCall[]): Unsynced[] {
  const open = new Map<string, Unsynced[]>();
  for (const { name, file, offset, length } of calls) {
    if (name !== 'pwrite64') open.delete(file);
    else open.set(file, [...(open.get(file) ?? []), { file, offset, length }]);
  }
  return [...open.values()].flat();
}

/** Does to what was not synced what a disk without power does: nothing, zeroes, old sectors, half of it. */
function cutPower(writes: readonly Unsynced[], chance: Dice): number {
  let spoiled = 0;
  for (const { file, offset, length } of writes) {
    const share = chance.oneOf([0, 0.3, 1] as const);
    const bytes = Math.floor(length * share);
    if (bytes === 0 || !existsSync(file)) continue;
    const handle = openSync(file, 'r+');
    const end = Math.min(offset + length, fstatSync(handle).size);
    const start = end - bytes;
    if (start >= offset) {
      writeSync(
        handle,
        Buffer.alloc(end - start, chance.oneOf([0, 0xff, 0x5a] as const)),
        0,
        end - start,
        start,
      );
      spoiled += 1;
    }
    closeSync(handle);
  }
  return spoiled;
}

describe(`law 1: the power goes (seed ${PLAN.seed})`, () => {
  const office = withOffice();
  const log = join(office.folder, 'calls.log');

  it(
    'what was not yet synced is spoiled, and no acknowledged punch is missed',
    async () => {
      const rounds = PLAN.rounds * 3;
      let spoiled = 0;
      for (let round = 0; round < rounds; round += 1) {
        rmSync(log, { force: true });
        const serving = office.start(traced({ log, calls: CALLS }));
        if (round === 0) {
          await expect.poll(() => existsSync(join(office.folder, 'serve.json')), WAIT).toBe(true);
          office.load('adms', { count: 1_000_000, rate: 150 });
          office.load('fkweb', { count: 1_000_000, rate: 150 });
        }
        const before = office.acknowledged();
        await expect.poll(() => office.acknowledged(), WAIT).toBeGreaterThan(before + dice.between(1, 80));
        await new Promise((resolve) => setTimeout(resolve, dice.between(0, 50)));
        serving.child.kill('SIGKILL');
        await serving.ended;
        await expect.poll(() => isWhole(log), WAIT).toBe(true);
        const calls = readCalls(log).filter(({ file }) => file.startsWith(join(office.folder, 'hip.db')));
        spoiled += cutPower(unsyncedWrites(calls), dice);
      }
      const sum = await office.settle();
      expect(sum.acknowledged).toBeGreaterThan(rounds);
      tell('power cut (unsynced writes spoiled)', { times: rounds, punches: sum.rows });
      expect(spoiled).toBeGreaterThanOrEqual(0);
    },
    300_000 + PLAN.rounds * 60_000,
  );
});

/** The tracer writes on for a moment after the program is gone. */
function isWhole(log: string): boolean {
  return /\+\+\+ killed by SIGKILL \+\+\+\n$/.test(readFileSync(log, 'utf8'));
}

describe('law 1, as the kernel saw it', () => {
  const office = withOffice();

  it('each answer to a punch comes after the sync of its commit, and no punch is answered without one', async () => {
    const log = join(office.folder, 'order.log');
    const serving = office.start(
      traced({ log, calls: ['pwrite64', 'fsync', 'fdatasync', 'read', 'write', 'writev'] }),
    );
    await expect.poll(() => existsSync(join(office.folder, 'serve.json')), WAIT).toBe(true);
    // One at a time, so that each commit is that of one answer.
    const punches = 40;
    for (let i = 0; i < punches; i += 1) {
      const body = `${1000 + i}\t2026-10-05 08:00:00\t0\t1\n`;
      const url = `${office.program.target}/iclock/cdata?SN=CEXB000000077&table=ATTLOG&Stamp=${i}`;
      expect(await (await fetch(url, { method: 'POST', body })).text()).toBe('OK: 1');
    }
    serving.child.kill('SIGKILL');
    await serving.ended;
    await expect.poll(() => isWhole(log), WAIT).toBe(true);
    const { answers, early } = judgeOrder(readCalls(log));
    expect(answers).toBeGreaterThanOrEqual(punches);
    expect(early).toEqual([]);
    tell('sync before answer, by strace', { times: answers, punches });
  }, 300_000);
});

/** An answer is early when the journal was written since its last sync. */
function judgeOrder(calls: readonly TracedCall[]): { answers: number; early: number[] } {
  let dirty = false;
  let synced = false;
  let answers = 0;
  const early: number[] = [];
  calls.forEach(({ name, file }, at) => {
    if (file.endsWith('hip.db-wal')) {
      if (name === 'pwrite64') dirty = true;
      else if (name.endsWith('sync')) [dirty, synced] = [false, true];
    } else if (name.startsWith('write') && file.startsWith('socket:')) {
      if (dirty) early.push(at);
      if (synced) answers += 1;
      synced = false;
    }
  });
  return { answers, early };
}

describe(`law 1: the journal's files are damaged (seed ${PLAN.seed})`, () => {
  const office = withOffice();
  const DAMAGES = ['bits flipped', 'a page zeroed', 'cut short'] as const;

  it.each(DAMAGES.flatMap((damage) => [`${damage} in hip.db-wal`, `${damage} in hip.db`]))(
    '%s: hip says so or mends it, serves on, and doubles nothing',
    async (what) => {
      const file = join(office.folder, what.endsWith('-wal') ? 'hip.db-wal' : 'hip.db');
      const serving = await office.serve();
      expect(await office.load('adms', { count: 150, rate: 0 }).ended).toBe(0);
      // Delivered: what the damage may cost is then in MySQL, and what is sent again must not come twice.
      await expect.poll(async () => (await office.program.status()).journal.waiting, WAIT).toBe(0);
      serving.child.kill('SIGKILL');
      await serving.ended;
      if (existsSync(file)) damageFile(file, what);
      await office.serve();
      expect(await office.load('fkweb', { count: 100, rate: 0 }).ended).toBe(0);
      const sum = await office.settle({ loadsEnd: true });
      tell(`journal: ${what}`, { times: 1, punches: sum.rows });
    },
    300_000,
  );

  function damageFile(file: string, what: string): void {
    const { size } = statSync(file);
    const handle = openSync(file, 'r+');
    const at = Math.floor(dice.between(Math.min(4_096, size - 1), size - 1) / 4_096) * 4_096;
    if (what.startsWith('bits')) {
      for (let i = 0; i < 20; i += 1) {
        writeSync(
          handle,
          Buffer.from([dice.between(0, 255)]),
          0,
          1,
          dice.between(100, Math.max(101, size - 1)),
        );
      }
    } else if (what.startsWith('a page')) {
      writeSync(handle, Buffer.alloc(Math.min(4_096, size - at)), 0, Math.min(4_096, size - at), at);
    }
    closeSync(handle);
    if (what.startsWith('cut')) truncate(file, at);
  }
});

function truncate(file: string, size: number): void {
  const kept = readFileSync(file).subarray(0, size);
  const handle = openSync(file, 'w');
  writeSync(handle, kept);
  closeSync(handle);
}
