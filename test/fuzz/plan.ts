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

/**
 * For `fc.assert`. What fails is reported with this seed and the path to the smallest case.
 * @param share of the runs, for properties that take longer than others
 */
export function runs(share = 1): { readonly seed: number; readonly numRuns: number } {
  return { seed: PLAN.seed, numRuns: Math.max(1, Math.round(PLAN.runs * share)) };
}

/** For properties of time and memory: to look for a smaller case would take as long as what they have found. */
export function longRuns(share: number): { readonly seed: number; readonly numRuns: number } {
  return Object.assign(runs(share), { endOnFailure: true });
}

/** Enough for a machine with other work; who fails, fails for another reason. */
export const PATIENCE_MS = 120_000 + PLAN.runs * 400;

/** Chance of one script alone, so that what is sent does not depend on which connection is the faster. */
export function diceOf(index: number): Dice {
  return createDice(Math.imul(PLAN.seed, 0x9e37_79b1) ^ Math.imul(index + 1, 0x85eb_ca6b));
}
