import fc from 'fast-check';

/**
 * Every `npm test` tries the same cases: what fails then is the change under test, not the luck of the day.
 * `npm run test:fuzz -- --seed N test/listener` tries others.
 */
fc.configureGlobal({ seed: Number(process.env.HIP_TEST_FUZZ_SEED ?? 20_261) });

export { fc };
