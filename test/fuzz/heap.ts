import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'vitest';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** What is held and not only left over. The memory of buffers is given back behind the collector's back: by the next. */
export function heldBytes(): number {
  collectGarbage();
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

const TRIES = 4;

/**
 * What leaks, leaks each time; what was compiled, cached or not yet given back, once.
 * @param measure does the same again and says by how much more is held after it
 */
export async function expectHeldWithin(
  bytes: number,
  measure: () => Promise<number> | number,
): Promise<void> {
  let grown = 0;
  for (let tries = 0; tries < TRIES; tries += 1) {
    grown = await measure();
    if (grown <= bytes) return;
  }
  expect(grown, 'bytes that are held each time').toBeLessThanOrEqual(bytes);
}
