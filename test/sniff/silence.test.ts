import { expect, it } from 'vitest';
import type { Observation } from '../../src/lib/sniff/exchange.js';
import { createSilenceWatch } from '../../src/lib/sniff/silence.js';
import { connectionOf, START_MS } from './observations.js';

it('tells once of each address that is there and says nothing', () => {
  const seen: Observation[] = [];
  const due = new Map<() => void, number>();
  const watch = createSilenceWatch({
    clock: {
      nowMs: () => START_MS,
      after(ms, call) {
        due.set(call, ms);
        return () => due.delete(call);
      },
    },
    observe: (observation) => seen.push(observation),
  });
  const spoke = watch({ ...connectionOf(1), remoteAddress: '192.0.2.1' });
  watch(connectionOf(2));
  watch(connectionOf(3));
  spoke();
  for (const [call] of [...due].sort(([, a], [, b]) => a - b)) call();
  expect(seen).toEqual([
    {
      kind: 'notice',
      atMs: START_MS,
      message: '192.0.2.20 is connected to port 9090 and has sent nothing so far.',
    },
    {
      kind: 'notice',
      atMs: START_MS,
      message: '192.0.2.20 is connected to port 9090 and has sent nothing for 25 s.',
      silent: connectionOf(2),
    },
  ]);
});
