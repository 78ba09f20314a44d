import { appendFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openJournal } from '../../src/lib/journal/open.js';
import { loadWireCases, renderHttp } from '../support/wire-case.js';
import { type Hammered, hammer } from './hammer.js';
import { PLAN } from './plan.js';
import { type Memory, QUARANTINE_BYTES, type Target, withTarget } from './target.js';

const MEBIBYTE = 1_048_576;
/** Between two looks at whether all is well. */
const ROUND = Math.min(20_000, Math.ceil(PLAN.requests / 3));

// Memory is read where Linux tells it.
describe.runIf(process.platform === 'linux')(`mutated requests (seed ${PLAN.seed})`, () => {
  const target = withTarget();
  const corpus = loadWireCases('test/wire').map(({ request }) => renderHttp(request));

  it(
    `${PLAN.requests} of them: still serving, nothing unhandled, memory back`,
    async () => {
      const { port } = target;
      const startedMs = performance.now();
      const sum = { next: 0, requests: 0, connections: 0, refused: 0, heard: {} as Record<string, number> };
      let warm: Memory | undefined;
      let mostBytes = 0;
      while (sum.requests < PLAN.requests) {
        const requests = Math.min(ROUND, PLAN.requests - sum.requests);
        const { connections } = PLAN;
        add(sum, await hammer({ port, corpus, connections, from: sum.next, requests }));
        await expectUnharmed(target);
        const now = await target.memory();
        mostBytes = Math.max(mostBytes, now.residentBytes);
        // The first round compiles code, opens statements and fills caches.
        warm ??= now;
      }
      await target.expectResidentBack(warm!);
      const { residentBytes: warmBytes } = warm!;
      const { residentBytes: endBytes } = await target.memory();
      expect(sum.refused).toBe(0);
      // Mutations that nothing understands would prove little.
      expect(sum.heard[200]).toBeGreaterThan(sum.connections / 20);
      tell({ sum, seconds: (performance.now() - startedMs) / 1000, warmBytes, mostBytes, endBytes });
    },
    180_000 + PLAN.requests * 20,
  );
});

async function expectUnharmed(target: Target): Promise<void> {
  await target.expectServing();
  await target.expectSound();
  expect(quarantinedBytes(target.folder)).toBeLessThanOrEqual(QUARANTINE_BYTES);
}

function quarantinedBytes(dataDir: string): number {
  const journal = openJournal({ dataDir });
  try {
    return journal.quarantine().reduce((sum, { bytes }) => sum + bytes, 0);
  } finally {
    journal.close();
  }
}

type Sum = { -readonly [Key in keyof Hammered]: Hammered[Key] } & { heard: Record<string, number> };

function add(sum: Sum, more: Hammered): void {
  sum.next = more.next;
  sum.requests += more.requests;
  sum.connections += more.connections;
  sum.refused += more.refused;
  for (const [status, count] of Object.entries(more.heard)) {
    sum.heard[status] = (sum.heard[status] ?? 0) + count;
  }
}

interface Figures {
  readonly sum: Sum;
  readonly seconds: number;
  readonly warmBytes: number;
  readonly mostBytes: number;
  readonly endBytes: number;
}

/** For `npm run test:fuzz`. */
function tell({ sum, seconds, warmBytes, mostBytes, endBytes }: Figures): void {
  const file = process.env.HIP_TEST_FUZZ_REPORT;
  if (!file) return;
  const [warm, most, end] = [warmBytes, mostBytes, endBytes].map((bytes) => (bytes / MEBIBYTE).toFixed(0));
  const answers = Object.entries(sum.heard).map(([status, count]) => `${status}: ${count}`);
  const lines = [
    `${sum.requests} requests over ${sum.connections} connections in ${seconds.toFixed(0)} s`,
    `first answers: ${answers.join(', ')}; connections refused: ${sum.refused}`,
    `resident memory: warm ${warm} MiB, at most ${most} MiB between rounds, in the end ${end} MiB`,
  ];
  appendFileSync(file, `${lines.join('\n')}\n`);
}
