import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../app.js';
import type { LoadedConfig } from '../../config.js';
import { createDialects } from '../../dialects/index.js';
import type { Clock } from '../../forwarder/clock.js';
import { openJournal } from '../../journal/open.js';
import { createListener } from '../../listener/listener.js';
import { silentLog } from '../../log.js';
import { ownListenerSettings } from '../../settings.js';
import { type Backend, createBackend, type ForwardTarget } from '../../sniff/backend.js';
import { readCases } from '../../sniff/case-read.js';
import { type CaseOutcome, type ReplayReport, replay } from '../../sniff/replay.js';

/** What `hip sniff --replay` is made of. */
export interface ReplaySettings {
  readonly dir: string;
  /** Null plays against this hip itself, with an empty journal that is thrown away. */
  readonly target: ForwardTarget | null;
  readonly fast: boolean;
}

/** Devices wait for their answers about this long. */
const TIMEOUT_MS = 20_000;
const STOP_GRACE_MS = 1_000;

/** @throws {HipError} HIP_NOT_FOUND and HIP_FILE_UNREADABLE for the cases, HIP_TARGET_UNREACHABLE */
export async function replayCapture(
  loaded: LoadedConfig,
  settings: ReplaySettings,
  played: (outcome: CaseOutcome) => void = () => undefined,
): Promise<ReplayReport> {
  const cases = await readCases(settings.dir);
  const common = { cases, clock: systemClock, fast: settings.fast, timeoutMs: TIMEOUT_MS, played };
  if (settings.target) return replay({ ...common, target: createBackend(settings.target) });
  const own = await startOwn(loaded);
  try {
    // The time of the capture: what is suspect, and what a clock is set to, are as they were then.
    return await replay({
      ...common,
      target: own.backend,
      before: ({ timing }) => own.setTime(timing?.requestEndMs ?? systemClock.nowMs()),
    });
  } finally {
    await own.stop();
  }
}

interface OwnTarget {
  readonly backend: Backend;
  setTime(nowMs: number): void;
  stop(): Promise<void>;
}

async function startOwn(loaded: LoadedConfig): Promise<OwnTarget> {
  const dataDir = mkdtempSync(join(tmpdir(), 'hip-replay-'));
  const journal = openJournal({ dataDir });
  let nowMs = systemClock.nowMs();
  const clock: Clock = { nowMs: () => nowMs, after: (ms, call) => systemClock.after(ms, call) };
  const listener = createListener({
    settings: ownListenerSettings(loaded),
    dialects: createDialects(),
    journal,
    log: silentLog,
    clock,
  });
  const { host, port } = await listener.start();
  return {
    backend: { name: 'this hip', connect: () => connect({ host, port, allowHalfOpen: true }) },
    setTime(atMs) {
      nowMs = atMs;
    },
    async stop() {
      await listener.stop({ graceMs: STOP_GRACE_MS });
      journal.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
