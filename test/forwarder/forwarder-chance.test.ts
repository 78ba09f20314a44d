import { expect, it } from 'vitest';
import { JournalUnavailable } from '../../src/lib/journal/journal.js';
import { SinkUnavailable } from '../../src/lib/sinks/sink.js';
import type { Dice } from '../faults/dice.js';
import { chance } from '../fuzz/chance.js';
import { fc } from '../support/property.js';
import { createRig, LINE_DOWN, type Rig } from './rig.js';

const STEPS = 30;
const STOP_MS = 5_000;
/** Looks are 10 ms apart, and each asks the journal twice or three times at most. */
const MOST_ASKS_PER_MS = 0.5;
/** Of one step; more would be for ever. */
const MOST_ASKS = 3_000;

/** Appends, sends again, leaves undecided and decides, stops and starts, in whatever order. */
async function disturb({ journal, sink, clock, forwarder }: Rig, dice: Dice): Promise<void> {
  const steps: (() => void | Promise<void>)[] = [
    () => journal.append(dice.between(1, 30)),
    () => {
      journal.append(1);
      forwarder.notify();
    },
    () => {
      for (const [key, state] of journal.states) {
        if (state === 'delivered' && dice.between(0, 1) === 1) journal.states.set(key, 'waiting');
      }
    },
    () => {
      const from = dice.between(1, 100);
      for (let key = from; key < from + 12; key += 1) sink.undecided.add(key);
    },
    () => sink.undecided.clear(),
    async () => {
      const stopped = forwarder.stop();
      await clock.advance(STOP_MS);
      await stopped;
      void forwarder.start();
    },
  ];
  await steps[dice.oneOf([0, 0, 0, 1, 1, 1, 2, 2, 3, 4, 5])]?.();
}

/** Slow answers, now and then a fault of the sink or of the journal; and what is asked of the journal is counted. */
function trouble({ journal, sink, clock }: Rig, dice: Dice): { asks: number; isOver: boolean } {
  const state = { asks: 0, isOver: false };
  const befalls = (oneOutOf: number): boolean => !state.isOver && dice.between(1, oneOutOf) === 1;
  const [write, settle, take, totals] = [sink.write, journal.settle, journal.take, journal.totals];
  const ask = (): void => {
    state.asks += 1;
    if (befalls(300) || state.asks > MOST_ASKS)
      throw new JournalUnavailable('busy', 'another process writes');
  };
  sink.write = async (batch) => {
    const ms = befalls(10) ? dice.between(300, 5_000) : dice.between(0, 300);
    await new Promise<void>((resolve) => void clock.after(ms, resolve));
    if (befalls(25)) throw new SinkUnavailable(LINE_DOWN);
    return write.call(sink, batch);
  };
  journal.settle = (verdicts) => {
    if (befalls(40)) throw new JournalUnavailable('busy', 'another process writes');
    settle.call(journal, verdicts);
  };
  journal.take = (limit, afterKey) => {
    ask();
    return take.call(journal, limit, afterKey);
  };
  journal.totals = () => {
    ask();
    return totals.call(journal);
  };
  return state;
}

it('gets all through, neither spins nor hangs, and stops in time, whatever comes between', async () => {
  const shape = fc.record({
    batchRows: fc.integer({ min: 1, max: 8 }),
    writes: fc.integer({ min: 1, max: 4 }),
  });
  await fc.assert(
    fc.asyncProperty(shape, chance, async ({ batchRows, writes }, dice) => {
      const rig = createRig({ batchRows });
      const { journal, sink, clock, forwarder } = rig;
      sink.parallelWrites = writes;
      const state = trouble(rig, dice);
      void forwarder.start();
      for (let step = 0; step < STEPS; step += 1) {
        await disturb(rig, dice);
        state.asks = 0;
        const ms = dice.between(200, 700);
        await clock.advance(ms);
        expect(state.asks).toBeLessThan(ms * MOST_ASKS_PER_MS);
      }
      sink.undecided.clear();
      state.asks = 0;
      state.isOver = true;
      // The longest wait of what was kept, and then of what failed.
      await clock.advance(660_000);
      expect(journal.count('waiting')).toBe(0);
      expect(sink.rows.size).toBe(journal.punches.length);
      await forwarder.stop();
    }),
    // To shrink a case that spins takes minutes; its seed and path repeat it as it is.
    { numRuns: 50, endOnFailure: true },
  );
});
