import { expect } from 'vitest';

/**
 * Time in proportion to the input. One input of eight times the bytes takes as long as eight of one time, or eight
 * times as long where something is quadratic; the bound lies between. Both sides read as many bytes, so that what the
 * collector takes of their time is alike.
 */
const GROWTH = 8;
const MAX_RATIO = 3;
/** Below this a ratio is noise. Quadratic readers take seconds for what linear ones are done with by then. */
const UNNOTICED_MS = 15;
/**
 * A pause of the collector or of the machine strikes now and then, a quadratic reader each time: the least counts. To
 * be called slow, an input must be slow that often and for that long together: short runs suffer most from others.
 */
const TRIES = 6;
const TRIED_MS = 2_000;

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
  let triedMs = 0;
  for (let tries = 0; tries < TRIES || triedMs < TRIED_MS; tries += 1) {
    const largeMs = await cpuMs(() => run(GROWTH * bytes));
    large = Math.min(large, largeMs);
    if (large <= UNNOTICED_MS) return;
    small = Math.min(
      small,
      await cpuMs(async () => {
        for (let turn = 0; turn < GROWTH; turn += 1) await run(bytes);
      }),
    );
    if (large <= MAX_RATIO * small) return;
    triedMs += largeMs;
  }
  const ratio = (large / small).toFixed(1);
  const times = `${GROWTH} times the bytes took ${ratio} times as long as ${GROWTH} inputs of one time`;
  expect.fail(`${name}: ${times}, ${large.toFixed(0)} ms`);
}

/** Time of this process alone: others may keep the machine busy. */
export async function cpuMs(run: () => Promise<void> | void): Promise<number> {
  const before = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
