import type { Clock } from './forwarder/clock.js';

/** The world's clock; the core and the adapters are handed it. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  after: (ms, call) => {
    const timer = setTimeout(call, ms);
    return () => clearTimeout(timer);
  },
};
