import type { SniffedExchange } from './exchange.js';

export interface Scrubber {
  /** What is ready to be kept; parts of a message wait for its last. */
  scrub(exchange: SniffedExchange): readonly SniffedExchange[];
  /** What still waits. */
  flush(): readonly SniffedExchange[];
}
