import { createDice, type Dice } from '../faults/dice.js';

/**
 * `npm run test:fuzz` hands its flags over in the environment; `npm test` runs the short form. A failing run names
 * its seed: `npm run test:fuzz -- --seed N` sends the same again.
 */
export const PLAN = {
  seed: Number(process.env.HIP_TEST_FUZZ_SEED ?? 20_261),
  /** Mutated requests over sockets. */
  requests: Number(process.env.HIP_TEST_FUZZ_REQUESTS ?? 2_000),
  connections: Number(process.env.HIP_TEST_FUZZ_CONNECTIONS ?? 48),
  /** Runs of each property. */
  runs: Number(process.env.HIP_TEST_FUZZ_RUNS ?? 300),
  isShort: process.env.HIP_TEST_FUZZ_REQUESTS === undefined,
} as const;

/** Chance of one script alone, so that what is sent does not depend on which connection is the faster. */
export function diceOf(index: number): Dice {
  return createDice(Math.imul(PLAN.seed, 0x9e37_79b1) ^ Math.imul(index + 1, 0x85eb_ca6b));
}
