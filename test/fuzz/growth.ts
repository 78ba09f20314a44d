import { expect } from 'vitest';

/**
 * Time and memory in proportion to the input. Eight times the bytes take eight times as long, or sixty-four where
 * something is quadratic; the bound lies between, with room for a busy machine.
 */
const GROWTH = 8;
const MAX_RATIO = 24;
/** Below this nobody waits, and a ratio is noise. */
const UNNOTICED_MS = 60;
/** A pause of the collector or of the machine strikes once, a quadratic reader each time. */
const TRIES = 3;

/** @param run reads an input of so many bytes */
export async function expectLinear(
  name: string,
  bytes: number,
  run: (bytes: number) => Promise<void> | void,
): Promise<void> {
  let [large, ratio] = [0, 0];
  for (let tries = 0; tries < TRIES; tries += 1) {
    large = await cpuMs(() => run(GROWTH * bytes));
    if (large <= UNNOTICED_MS) return;
    ratio = large / (await cpuMs(() => run(bytes)));
    if (ratio <= MAX_RATIO) return;
  }
  expect.fail(
    `${name}: ${GROWTH} times the bytes took ${ratio.toFixed(0)} times as long, ${large.toFixed(0)} ms`,
  );
}

/** Time of this process alone: others may keep the machine busy. */
async function cpuMs(run: () => Promise<void> | void): Promise<number> {
  const before = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
