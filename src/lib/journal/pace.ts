import { setTimeout as sleep } from 'node:timers/promises';

/** Room for another process, which looks every two milliseconds, to see that the lock is free. */
const SHORTEST_REST_MS = 3;

/**
 * Repeats a step that holds the write lock, leaving it free in between for at least as long as it was held, so that
 * the commits of other processes never wait for more than one step.
 * @param step returns how much it did, or null when nothing is left to do
 */
export async function inSteps(step: () => number | null): Promise<number> {
  let total = 0;
  for (;;) {
    const startMs = performance.now();
    const done = step();
    if (done === null) return total;
    total += done;
    await sleep(restAfter(startMs));
  }
}

/** How long to leave the lock alone after having held it since `startMs` (of `performance.now`). */
export function restAfter(startMs: number): number {
  return Math.max(SHORTEST_REST_MS, Math.ceil(performance.now() - startMs));
}
