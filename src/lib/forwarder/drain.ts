import type { DrainResult, ForwarderParts } from './contract.js';
import type { Conveyor } from './conveyor.js';
import type { Run } from './run.js';

/** How often to look whether another forwarder is through, or gone. */
const WATCH_MS = 250;
/** A sink that fails this often in a row is reported instead of being waited for. */
const MOST_FAILURES = 3;

export interface DrainParts {
  readonly journal: ForwarderParts['journal'];
  readonly conveyor: Conveyor;
  readonly run: Run;
}

type Outcome = DrainResult['outcome'];

/** Delivers by own turns; where another forwarder holds the lock, waits for what that one does. */
export async function drainByTurns({ journal, conveyor, run }: DrainParts): Promise<Outcome> {
  let failures = 0;
  while (!run.stopping && journal.totals().waiting > 0) {
    const turn = await conveyor.turn(run);
    failures = turn === 'failed' ? failures + 1 : turn === 'moved' ? 0 : failures;
    if (turn === 'empty' && !run.stopping) return journal.totals().waiting === 0 ? 'drained' : 'kept';
    if (turn === 'unproven' || failures === MOST_FAILURES) return 'unreachable';
    if (turn === 'locked-out') await run.pause.wait(WATCH_MS);
    if (turn === 'failed') await run.pause.wait(conveyor.delayMs);
  }
  return run.stopping ? 'timed-out' : 'drained';
}

/** Beside a running loop: waits for it. */
export async function drainByWatching({ journal, conveyor, run }: DrainParts): Promise<Outcome> {
  while (!run.stopping && journal.totals().waiting > 0) {
    const { state } = conveyor.state();
    if (state === 'backing-off' || state === 'blocked-by-fault') return 'unreachable';
    await run.pause.wait(WATCH_MS);
  }
  return run.stopping ? 'timed-out' : 'drained';
}
