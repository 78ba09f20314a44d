import type { Clock } from '../forwarder/clock.js';
import type { Observation, SniffedConnection } from './exchange.js';

/** Terminals speak within a second of connecting; one on bad Wi-Fi may take a few. */
const SILENT_MS = 5_000;
const MAX_ADDRESSES = 1_000;

/**
 * Tells, once per address, of connections that are open and bring nothing: their end may be far, and the person who
 * watches should see that the terminal is there. The function it gives is called with each connection that opens, and
 * what that returns when the connection speaks or closes.
 */
export function createSilenceWatch(parts: {
  readonly clock: Clock;
  readonly observe: (observation: Observation) => void;
}): (connection: SniffedConnection) => () => void {
  const { clock, observe } = parts;
  const told = new Set<string>();
  return ({ remoteAddress, port }) =>
    clock.after(SILENT_MS, () => {
      if (told.has(remoteAddress) || told.size >= MAX_ADDRESSES) return;
      told.add(remoteAddress);
      const message = `${remoteAddress} is connected to port ${port} and has sent nothing so far.`;
      observe({ kind: 'notice', atMs: clock.nowMs(), message });
    });
}
