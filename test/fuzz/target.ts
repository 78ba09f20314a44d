import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, vi } from 'vitest';
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
  /** What it takes when its garbage is collected and what is free given back. */
  memory(): Promise<Memory>;
  /** Waits until it takes no more of the system than then and a fifth. */
  expectResidentBack(before: Memory): Promise<void>;
  /** Waits until it holds no more than then and a fifth: stricter, for where nothing new is to be remembered. */
  expectHeldBack(before: Memory): Promise<void>;
}

export interface Memory {
  /** Objects and buffers that are in use. */
  readonly heldBytes: number;
  /** As the kernel counts it. */
  readonly residentBytes: number;
}

/** Room for quarantine, small enough to be filled. */
export const QUARANTINE_BYTES = 2_097_152;
const SN = 'FUZZ0001';
/** Behind the last close; what is not back by then is kept. */
const BACK = { timeout: 15_000, interval: 100 };
const BACK_SHARE = 1.2;
const MEMORY_PROBE = `NODE_OPTIONS=--import=${new URL('./memory-probe.js', import.meta.url).href}`;
/** By so much V8 lets the young space of a small process grow, in steps and once, whoever asks. */
const ALLOWANCE_BYTES = 16 * 1_048_576;
const UNHANDLED =
  /unhandled|uncaught|\n +at .+:\d+:\d+\)?|"stack":|FATAL ERROR|MaxListenersExceeded|Deprecat/i;

/** Call at the top of a `describe`. */
export function withTarget(serve: object = {}): Target {
  const folder = mkdtempSync(join(tmpdir(), 'hip-fuzz-'));
  const memorySocket = join(folder, 'memory.sock');
  let program: Program;
  let serving: Spawned;
  let good = 0;

  beforeAll(async () => {
    program = await createProgram(folder, { serve, journal: { quarantineMaxBytes: QUARANTINE_BYTES } });
    const watched = ['env', MEMORY_PROBE, `HIP_TEST_MEMORY_SOCKET=${memorySocket}`];
    serving = program.spawn(['serve'], watched);
    await vi.waitFor(() => program.status(), { timeout: 60_000, interval: 50 });
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
    memory: async () => ({
      heldBytes: await heldBytes(memorySocket),
      residentBytes: residentBytes(serving.child.pid!),
    }),
    async expectResidentBack({ residentBytes }) {
      const most = Math.max(residentBytes * BACK_SHARE, residentBytes + ALLOWANCE_BYTES);
      await expect.poll(async () => (await target.memory()).residentBytes, BACK).toBeLessThan(most);
    },
    async expectHeldBack({ heldBytes }) {
      const most = heldBytes * BACK_SHARE;
      await expect.poll(async () => (await target.memory()).heldBytes, BACK).toBeLessThan(most);
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

/** As memory-probe.js tells it. */
async function heldBytes(socketPath: string): Promise<number> {
  const socket = connect(socketPath);
  let told = '';
  socket.on('data', (chunk: Buffer) => {
    told += chunk.toString();
  });
  await once(socket, 'close');
  return Number(told);
}
