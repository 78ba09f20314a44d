import type { Clock } from '../../forwarder/clock.js';
import type { DrainResult, Forwarder } from '../../forwarder.js';
import type { Journal } from '../../journal/journal.js';

/** The forwarder as `hip sync` uses it; the same as that of `hip serve`, and only one of all is at work. */
export interface SyncDelivery {
  /** Call it with what was just appended. */
  appended(punches: number): void;
  /** Delivers all that waits, or waits for the forwarder that is at work; bounded. */
  finish(): Promise<DrainResult>;
  /** How much it delivered so far, by itself. */
  sent(): number;
  stop(): Promise<void>;
}

export interface DeliveryParts {
  readonly forwarder: Forwarder;
  readonly journal: Pick<Journal, 'totals'>;
  readonly clock: Clock;
}

/** Few punches are sent as fast after the reading as beside it. */
const BESIDE_FROM_PUNCHES = 10_000;
/** How long another forwarder may get nothing done: longer than one statement and a few tries. */
const PATIENCE_MS = 60_000;
const LOOK_MS = 500;
/** `drain` ends by itself when the sink fails; a backlog of millions takes its time. */
const LONGEST_MS = 86_400_000;

/** For one run. Beside a long reading it already delivers, so that both take hardly longer than the longer one. */
export function createRunDelivery(parts: DeliveryParts): SyncDelivery {
  const { forwarder } = parts;
  let appended = 0;
  let beside: Promise<void> | null = null;
  return {
    appended(punches) {
      appended += punches;
      if (beside) return forwarder.notify();
      if (appended < BESIDE_FROM_PUNCHES) return;
      beside = forwarder.start();
      // `finish` tells of a failure; until then it is not "unhandled".
      beside.catch(() => undefined);
    },
    async finish() {
      if (beside) {
        await forwarder.stop();
        await beside;
        beside = null;
      }
      return drainPatiently(parts);
    },
    sent: () => forwarder.state().deliveredSinceStart,
    stop: () => forwarder.stop(),
  };
}

/** For `--watch`: forwards as long as the program runs, so that an outage does not last until the next upload time. */
export function createLastingDelivery(parts: DeliveryParts, fail: (error: unknown) => void): SyncDelivery {
  const { forwarder, journal } = parts;
  forwarder.start().catch(fail);
  return {
    appended: () => forwarder.notify(),
    async finish() {
      for (;;) {
        const before = journal.totals().waiting;
        const result = await forwarder.drain({ timeoutMs: PATIENCE_MS });
        if (result.outcome !== 'timed-out' || result.waiting >= before) return result;
      }
    },
    sent: () => forwarder.state().deliveredSinceStart,
    stop: () => forwarder.stop(),
  };
}

/** Own work may take as long as it takes; waiting for another forwarder ends when that one gets nothing done. */
async function drainPatiently({ forwarder, journal, clock }: DeliveryParts): Promise<DrainResult> {
  let leastWaiting = journal.totals().waiting;
  let sinceMs = clock.nowMs();
  let cancel = (): void => undefined;
  const look = (): void => {
    const { waiting } = journal.totals();
    const isOurs = forwarder.state().state !== 'waiting-for-lock';
    if (isOurs || waiting < leastWaiting) sinceMs = clock.nowMs();
    leastWaiting = Math.min(leastWaiting, waiting);
    if (clock.nowMs() - sinceMs > PATIENCE_MS) void forwarder.stop();
    else cancel = clock.after(LOOK_MS, look);
  };
  const drained = forwarder.drain({ timeoutMs: LONGEST_MS });
  look();
  try {
    return await drained;
  } finally {
    cancel();
  }
}
