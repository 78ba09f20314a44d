/** Chance that can be repeated: the same seed throws the same numbers (mulberry32). */
export interface Dice {
  readonly seed: number;
  /** A whole number from `from` up to and including `to`. */
  between(from: number, to: number): number;
  oneOf<T>(choices: readonly T[]): T;
}

export function createDice(seed: number): Dice {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b_79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const between = (from: number, to: number): number => from + Math.floor(next() * (to - from + 1));
  return { seed, between, oneOf: (choices) => choices[between(0, choices.length - 1)]! };
}

/**
 * `npm run test:faults` hands its flags over in the environment; `npm test` runs the short form.
 * A failing run names its seed: `npm run test:faults -- --seed N` repeats its choices.
 */
export const PLAN = {
  seed: Number(process.env.HIP_TEST_FAULTS_SEED ?? 20_261),
  kills: Number(process.env.HIP_TEST_FAULTS_KILLS ?? 5),
  /** Rounds of each kind of fault that chance places. */
  rounds: Number(process.env.HIP_TEST_FAULTS_ROUNDS ?? 1),
} as const;
