import { expect } from 'vitest';

/**
 * Time and memory in proportion to the input. Eight times the bytes take eight times as long, or sixty-four where
 * something is quadratic; the bound lies between, with room for a busy machine.
 */
const GROWTH = 8;
const MAX_RATIO = 24;
/** Below this a ratio is noise. Quadratic readers take seconds for what linear ones are done with by then. */
const UNNOTICED_MS = 15;
/** A pause of the collector or of the machine strikes now and then, a quadratic reader each time: the least counts. */
const TRIES = 6;

type Run = (bytes: number) => Promise<void> | void;

/**
 * In two steps, the smaller first: what takes the square of a little shows itself before much of it takes minutes.
 * @param run reads an input of so many bytes
 */
export async function expectLinear(name: string, bytes: number, run: Run): Promise<void> {
  await expectStep(name, Math.ceil(bytes / GROWTH), run);
  await expectStep(name, bytes, run);
}

async function expectStep(name: string, bytes: number, run: Run): Promise<void> {
  let large = Number.POSITIVE_INFINITY;
  let small = Number.POSITIVE_INFINITY;
  for (let tries = 0; tries < TRIES; tries += 1) {
    large = Math.min(large, await cpuMs(() => run(GROWTH * bytes)));
    if (large <= UNNOTICED_MS) return;
    small = Math.min(small, await cpuMs(() => run(bytes)));
    if (large <= MAX_RATIO * small) return;
  }
  const ratio = (large / small).toFixed(0);
  expect.fail(`${name}: ${GROWTH} times the bytes took ${ratio} times as long, ${large.toFixed(0)} ms`);
}

/** Time of this process alone: others may keep the machine busy. */
async function cpuMs(run: () => Promise<void> | void): Promise<number> {
  const before = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
