import type { Clock } from '../../forwarder/clock.js';
import { watchArrivals } from '../../forwarder/drain.js';
import { noteRemadeTable } from '../../forwarder/remade.js';
import type { DrainResult, Forwarder } from '../../forwarder.js';
import { MOST_FRESH } from '../../journal/fresh.js';
import type { Journal } from '../../journal/journal.js';
import type { Sink, SinkFault } from '../../sinks/sink.js';

/** The forwarder as `hip sync` uses it; the same as that of `hip serve`, and only one of all is at work. */
export interface SyncDelivery {
  /** Call it with what was just appended. */
  appended(punches: number): void;
  /** Resolves when the reading may go on: a delivery that gets on is not to fall behind it. */
  room(): Promise<void>;
  /** Delivers all that waits, or waits for the forwarder that is at work; bounded. */
  finish(): Promise<DrainResult>;
  /** How much it delivered so far, by itself. */
  sent(): number;
  stop(): Promise<void>;
}

export interface DeliveryParts {
  readonly forwarder: Forwarder;
  readonly journal: Pick<Journal, 'totals' | 'addNotice' | 'newestKey' | 'take'>;
  readonly sink: Pick<Sink, 'probe' | 'target' | 'parallelWrites'>;
  readonly clock: Clock;
  /** Called twice a second while a run waits for its delivery. */
  readonly onWait?: ((wait: DeliveryWait) => void) | undefined;
}

/** What a run waits for, for whoever looks on. */
export interface DeliveryWait {
  readonly waiting: number;
  /** Another `hip`, mostly `hip serve`, has the delivery in hand. */
  readonly byAnother: boolean;
}

/** Few punches are sent as fast after the reading as beside it. */
const BESIDE_FROM_PUNCHES = 10_000;
/** How long another forwarder may get nothing done: longer than one statement and a few tries. */
const PATIENCE_MS = 60_000;
const LOOK_MS = 500;
/** What one write takes along, and nearly as much again that is ready when it is through. */
const AHEAD_PER_WRITE = 9_000;
/** So that the next commits still find room in the journal's memory. */
const MOST_AHEAD = MOST_FRESH - 10_000;
const ROOM_LOOK_MS = 5;
/** A sink that gets nothing done for so long is not waited for: what is read is safe sooner. */
const MOST_PAUSE_MS = 2_000;
const FINISH_LOOK_MS = 20;
/** So long at most it gathers what was just appended; idle for longer, it keeps what the sink left undecided. */
const MOST_IDLE_MS = 200;
/** When the other one gets nothing done for so long, a look at the target tells whether waiting is of any use. */
const PROBE_AFTER_MS = 3_000;
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
    room: () => (beside ? waitForRoom(parts) : Promise.resolve()),
    async finish() {
      if (beside) {
        await waitWhileItGetsOn(parts);
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

/**
 * A delivery that keeps up is fed from memory and is through when the reading is; one that falls behind reads all back
 * from the disk. So the reading waits for it as long as it gets on, but not for a backlog that was there before.
 */
async function waitForRoom({ forwarder, journal, sink, clock }: DeliveryParts): Promise<void> {
  const startMs = clock.nowMs();
  const isAhead = (): boolean => {
    const { waiting } = journal.totals();
    const { state } = forwarder.state();
    const isAtWork = state === 'forwarding' || state === 'probing';
    return (
      isAtWork &&
      waiting > Math.min(sink.parallelWrites * AHEAD_PER_WRITE, MOST_AHEAD) &&
      waiting <= MOST_FRESH
    );
  };
  while (isAhead() && clock.nowMs() - startMs < MOST_PAUSE_MS) {
    await new Promise<void>((resolve) => clock.after(ROOM_LOOK_MS, resolve));
  }
}

/**
 * To stop a delivery that is under way, and to begin anew with a look at the target, would cost a far line a second.
 * Whatever is not plain delivering is left to `drain`, which tells what became of it.
 */
async function waitWhileItGetsOn({ forwarder, journal, clock, onWait }: DeliveryParts): Promise<void> {
  const isThrough = watchArrivals(journal);
  let idleMs = 0;
  for (let lookMs = 0; idleMs < MOST_IDLE_MS; lookMs += FINISH_LOOK_MS) {
    const { state } = forwarder.state();
    if (isThrough() || !['forwarding', 'probing', 'idle'].includes(state)) return;
    idleMs = state === 'idle' ? idleMs + FINISH_LOOK_MS : 0;
    if (lookMs % LOOK_MS === 0) onWait?.({ waiting: journal.totals().waiting, byAnother: false });
    await new Promise<void>((resolve) => clock.after(FINISH_LOOK_MS, resolve));
  }
}

/** For `--watch`: forwards as long as the program runs, so that an outage does not last until the next upload time. */
export function createLastingDelivery(parts: DeliveryParts, fail: (error: unknown) => void): SyncDelivery {
  const { forwarder, journal } = parts;
  forwarder.start().catch(fail);
  return {
    appended: () => forwarder.notify(),
    room: () => waitForRoom(parts),
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

/**
 * Own work may take as long as it takes. Waiting for another forwarder ends when the target can't be reached, since
 * that one delivers when it can again, or when that one gets nothing done all the same.
 */
async function drainPatiently(parts: DeliveryParts): Promise<DrainResult> {
  const { forwarder, journal, clock, sink } = parts;
  let leastWaiting = journal.totals().waiting;
  let sinceMs = clock.nowMs();
  let probed = false;
  let probing = Promise.resolve();
  let fault: SinkFault | null = null;
  const failures: unknown[] = [];
  /** What fails beside the drain is told when that has ended. */
  const fail = (error: unknown): void => {
    failures.push(error);
    void forwarder.stop();
  };
  let cancel = (): void => undefined;
  const probe = async (): Promise<void> => {
    probed = true;
    const { faults, created } = await sink.probe();
    if (created) noteRemadeTable(journal, sink.target);
    fault = forwarder.state().state === 'waiting-for-lock' ? (faults[0] ?? null) : null;
    if (fault !== null) void forwarder.stop();
  };
  const look = (): void => {
    const { waiting } = journal.totals();
    const byAnother = forwarder.state().state === 'waiting-for-lock';
    if (!byAnother || waiting < leastWaiting) [sinceMs, probed] = [clock.nowMs(), false];
    leastWaiting = Math.min(leastWaiting, waiting);
    const stalledMs = clock.nowMs() - sinceMs;
    if (stalledMs >= PROBE_AFTER_MS && !probed) probing = probe().catch(fail);
    if (waiting > 0) parts.onWait?.({ waiting, byAnother });
    if (stalledMs > PATIENCE_MS) void forwarder.stop();
    else cancel = clock.after(LOOK_MS, guardedLook);
  };
  const guardedLook = (): void => {
    try {
      look();
    } catch (error) {
      fail(error);
    }
  };
  const drained = forwarder.drain({ timeoutMs: LONGEST_MS });
  guardedLook();
  try {
    const result = await drained;
    await probing;
    if (failures.length > 0) throw failures[0];
    return fault === null || result.waiting === 0 ? result : { ...result, outcome: 'unreachable', fault };
  } finally {
    cancel();
  }
}
