import type { Journal } from '../journal/journal.js';
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

/**
 * Whether all that waited at a moment is settled. Not whether nothing waits: beside devices that send all day that may
 * never be so, and punches go in the order of their arrival.
 */
export function watchArrivals(journal: Pick<Journal, 'newestKey' | 'totals' | 'take'>): () => boolean {
  const newest = journal.newestKey();
  return () => {
    if (journal.totals().waiting === 0) return true;
    const [oldest] = journal.take(1);
    return oldest === undefined || oldest.key > newest;
  };
}

/** Delivers by own turns; where another forwarder holds the lock, waits for what that one does. */
export async function drainByTurns({ journal, conveyor, run }: DrainParts): Promise<Outcome> {
  const isThrough = watchArrivals(journal);
  let failures = 0;
  while (!run.stopping && !isThrough()) {
    const turn = await conveyor.turn(run);
    failures = turn === 'failed' ? failures + 1 : turn === 'moved' ? 0 : failures;
    if (turn === 'empty' && !run.stopping) return isThrough() ? 'drained' : 'kept';
    if (turn === 'unproven' || failures === MOST_FAILURES) return 'unreachable';
    if (turn === 'locked-out') await run.pause.wait(WATCH_MS);
    if (turn === 'failed') await run.pause.wait(conveyor.delayMs);
  }
  return run.stopping ? 'timed-out' : 'drained';
}

/** Beside a running loop: waits for it. */
export async function drainByWatching({ journal, conveyor, run }: DrainParts): Promise<Outcome> {
  const isThrough = watchArrivals(journal);
  while (!run.stopping && !isThrough()) {
    const { state } = conveyor.state();
    if (state === 'backing-off' || state === 'blocked-by-fault') return 'unreachable';
    await run.pause.wait(WATCH_MS);
  }
  return run.stopping ? 'timed-out' : 'drained';
}
