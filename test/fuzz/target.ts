import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { openJournal } from '../../src/lib/journal/open.js';
import type { StatusReport } from '../../src/lib/shell/status/status.js';
import { exchange } from '../support/exchange.js';
import { createProgram, type Program, type Spawned } from '../support/program.js';

/** The built `hip serve` in a process of its own, to be maltreated over its socket. */
export interface Target {
  readonly port: number;
  readonly folder: string;
  status(): Promise<StatusReport>;
  /** User ids of the punches of a device that are on disk. */
  usersOf(deviceSn: string): string[];
  /** A device brings a punch: it hears OK, and `hip punches` shows it. */
  expectServing(): Promise<void>;
  /** Alive, no dialect threw, and nothing was written that nobody handles. */
  expectSound(): Promise<void>;
  residentBytes(): number;
  /** Waits until it takes no more than this much memory above what it took then. */
  expectMemoryBack(beforeBytes: number, share?: number): Promise<number>;
}

/** Room for quarantine, small enough to be filled. */
export const QUARANTINE_BYTES = 2_097_152;
const SN = 'FUZZ0001';
const BACK_WITHIN_MS = 45_000;
/** What V8 and the allocator keep of a small process from one turn to the next, whoever asks. */
const ALLOWANCE_BYTES = 16 * 1_048_576;
const UNHANDLED =
  /unhandled|uncaught|\n +at .+:\d+:\d+\)?|"stack":|FATAL ERROR|MaxListenersExceeded|Deprecat/i;

/** Call at the top of a `describe`. */
export function withTarget(serve: object = {}): Target {
  const folder = mkdtempSync(join(tmpdir(), 'hip-fuzz-'));
  let program: Program;
  let serving: Spawned;
  let good = 0;

  beforeAll(async () => {
    program = await createProgram(folder, { serve, journal: { quarantineMaxBytes: QUARANTINE_BYTES } });
    serving = await program.serve();
  });
  afterAll(async () => {
    serving?.child.kill('SIGKILL');
    await serving?.ended;
    rmSync(folder, { recursive: true });
  });

  const target: Target = {
    folder,
    get port() {
      return Number(new URL(program.target).port);
    },
    status: async () => (await program.status()) as StatusReport,
    usersOf(deviceSn) {
      const journal = openJournal({ dataDir: folder });
      try {
        return [...journal.punches({ deviceSn })].map(({ userId }) => userId);
      } finally {
        journal.close();
      }
    },
    async expectServing() {
      good += 1;
      const body = `${good}\t2026-11-20 08:00:00\t0\t1\t0\t0\t0\n`;
      const head = `POST /iclock/cdata?SN=${SN}&table=ATTLOG HTTP/1.1\r\nContent-Length: ${body.length}\r\n\r\n`;
      const reply = await exchange(target.port, Buffer.from(head + body));
      expect(reply).toMatchObject({ status: 200, body: 'OK: 1' });
      const shown = program.spawn(['punches', '--json', '--device', SN, '--user', String(good)]);
      expect(await shown.ended).toBe(0);
      const found = JSON.parse(shown.output().stdout) as { userId: string }[];
      expect(found.map(({ userId }) => userId)).toEqual([String(good)]);
    },
    async expectSound() {
      expect([serving.child.exitCode, serving.child.signalCode]).toEqual([null, null]);
      const { listener } = await target.status();
      expect(listener?.dialectFailures).toBe(0);
      // The only one that those who send can bring about.
      expect(['quarantine-full', undefined]).toContain(listener?.journalOutage?.reason);
      const { stdout, stderr } = serving.output();
      expect(`${stdout}${stderr}`).not.toMatch(UNHANDLED);
      for (const file of readdirSync(join(folder, 'logs'))) {
        expect(readFileSync(join(folder, 'logs', file), 'utf8')).not.toMatch(UNHANDLED);
      }
    },
    residentBytes: () => residentBytes(serving.child.pid!),
    async expectMemoryBack(beforeBytes, share = 0.2) {
      const most = Math.max(beforeBytes * (1 + share), beforeBytes + ALLOWANCE_BYTES);
      await expect
        .poll(
          async () => {
            // A process that does nothing collects nothing.
            await exchange(target.port, Buffer.from(`GET /iclock/getrequest?SN=${SN} HTTP/1.1\r\n\r\n`));
            return target.residentBytes();
          },
          { timeout: BACK_WITHIN_MS, interval: 20 },
        )
        .toBeLessThan(most);
      return target.residentBytes();
    },
  };
  return target;
}

/** As the kernel counts it; hip's own figure would be part of what is under test. */
function residentBytes(pid: number): number {
  const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  if (kilobytes === undefined) throw new Error(`no process ${pid}`);
  return Number(kilobytes) * 1024;
}
