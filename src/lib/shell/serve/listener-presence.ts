import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { HipError } from '../../errors.js';
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

/** One `hip serve` among those on this data folder; there should be one only. */
export interface Presence {
  /** False while another one listens. */
  readonly isAlone: boolean;
  end(): void;
}

/** If another one is there, this one is announced as soon as that one ends. */
export function announceListener(dataDir: string, clock: Clock): Presence {
  const lock = createLock(presenceFile(dataDir), 'exclusive');
  let isAnnounced = false;
  let cancel = (): void => undefined;
  const announce = (): void => {
    isAnnounced = lock.tryAcquire();
    if (!isAnnounced) cancel = clock.after(AGAIN_MS, announce);
  };
  announce();
  return {
    get isAlone() {
      return isAnnounced || !isListenerThere(dataDir);
    },
    end() {
      cancel();
      lock.release();
    },
  };
}

export function isListenerThere(dataDir: string): boolean {
  const lock = createLock(presenceFile(dataDir), 'shared');
  if (!lock.tryAcquire()) return true;
  lock.release();
  return false;
}

export const ONE_IS_ENOUGH =
  'No punch is lost or doubled by that, but hip status shows one of the two only: stop the one you do not need.';

export function alsoServed(dataDir: string): string {
  return `Another hip serve listens for devices on the data folder ${dataDir}.`;
}

/** A taken port is most often the service, which whoever types `hip serve` has forgotten. */
export function alreadyServed(dataDir: string, error: unknown): unknown {
  if (!(error instanceof HipError) || error.code !== 'HIP_PORT_IN_USE') return error;
  return new HipError(error.code, `${error.message} ${alsoServed(dataDir)}`, {
    suggestions: error.suggestions,
    cause: error.cause,
  });
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
