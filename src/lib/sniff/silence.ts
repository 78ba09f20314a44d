import type { Clock } from '../forwarder/clock.js';
import type { Observation, SniffedConnection } from './exchange.js';

/** Terminals speak within a second of connecting; one on bad Wi-Fi may take a few. */
const SILENT_MS = 5_000;
/** Nothing that has anything to say waits as long. */
const LONG_MS = 25_000;
const MAX_ADDRESSES = 1_000;

/**
 * Tells, once per address and once more when it lasts, of connections that are open and bring nothing: their end may be far, and the person who
 * watches should see that the terminal is there. The function it gives is called with each connection that opens, and
 * what that returns when the connection speaks or closes.
 */
export function createSilenceWatch(parts: {
  readonly clock: Clock;
  readonly observe: (observation: Observation) => void;
}): (connection: SniffedConnection) => () => void {
  const { clock, observe } = parts;
  const [told, toldAgain] = [new Set<string>(), new Set<string>()];
  const isNews = (addresses: Set<string>, address: string): boolean => {
    if (addresses.has(address) || addresses.size >= MAX_ADDRESSES) return false;
    addresses.add(address);
    return true;
  };
  return (connection) => {
    const { remoteAddress, port } = connection;
    const isConnected = `${remoteAddress} is connected to port ${port} and has sent nothing`;
    const first = clock.after(SILENT_MS, () => {
      if (isNews(told, remoteAddress))
        observe({ kind: 'notice', atMs: clock.nowMs(), message: `${isConnected} so far.` });
    });
    const second = clock.after(LONG_MS, () => {
      const message = `${isConnected} for ${LONG_MS / 1_000} s.`;
      if (isNews(toldAgain, remoteAddress))
        observe({ kind: 'notice', atMs: clock.nowMs(), message, silent: connection });
    });
    return () => {
      first();
      second();
    };
  };
}
