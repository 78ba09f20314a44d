import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../forwarder/clock.js';
import { createLock } from '../../journal/lock.js';

/**
 * How a bulk import knows that devices wait for their answers on the same journal: `hip serve` holds this lock as
 * long as it listens. It goes with the process, however that ends.
 */
function presenceFile(dataDir: string): string {
  return join(dataDir, 'listener.lock');
}

/** A look of another process holds the lock for a moment. */
const AGAIN_MS = 500;

/** Returns what ends it. */
export function announceListener(dataDir: string, clock: Clock): () => void {
  const lock = createLock(presenceFile(dataDir), 'exclusive');
  let cancel = (): void => undefined;
  const announce = (): void => {
    if (!lock.tryAcquire()) cancel = clock.after(AGAIN_MS, announce);
  };
  announce();
  return () => {
    cancel();
    lock.release();
  };
}

export function isListenerThere(dataDir: string): boolean {
  const lock = createLock(presenceFile(dataDir), 'shared');
  if (!lock.tryAcquire()) return true;
  lock.release();
  return false;
}

export interface Pace {
  /** A listener was there at the latest look. */
  readonly isShared: boolean;
  /** Call it after each commit, with when it began (of `performance.now`). */
  rest(startMs: number): Promise<void>;
}

/** A listener that starts in the middle of an import is noticed this soon. */
const LOOK_MS = 1_000;
/** Room for another process, which looks every two milliseconds, to see that the journal is free. */
const SHORTEST_REST_MS = 3;

/**
 * Beside a listener, a bulk import leaves the journal alone for as long as it kept it busy: it takes twice the time,
 * and no device waits for more than one of its commits. Without one it does not rest.
 */
export function createPace(dataDir: string): Pace {
  let isShared = false;
  let lookedAtMs = Number.NEGATIVE_INFINITY;
  return {
    get isShared() {
      return isShared;
    },
    async rest(startMs) {
      const nowMs = performance.now();
      if (nowMs - lookedAtMs > LOOK_MS) {
        lookedAtMs = nowMs;
        isShared = isListenerThere(dataDir);
      }
      if (isShared) await sleep(Math.max(SHORTEST_REST_MS, Math.ceil(nowMs - startMs)));
    },
  };
}
