import { messageOf } from '../../errors.js';
import type { Clock } from '../../forwarder/clock.js';
import type { Log } from '../../log.js';

/** Whether this PC's own clock may be taught to devices. */
export interface PcClock {
  start(): void;
  stop(): void;
  /** The database server's clock less this PC's; null while it is not known. */
  readonly serverAheadSeconds: number | null;
  /** False while the two disagree, or while nobody can be asked and this PC lives before this program did. */
  readonly isRight: boolean;
}

export interface PcClockParts {
  readonly clock: Clock;
  readonly log: Log;
  /** Null without a database. */
  readonly measure: ((signal: AbortSignal) => Promise<number>) | null;
}

/** More apart than this, one of the two is wrong, and somebody will compare punches with the server's times. */
export const SERVER_TOLERANCE_SECONDS = 60;
/** One login each; clocks drift by seconds a day, and people set them by hours. */
const MEASURE_EVERY_MS = 600_000;
/** hip did not exist before; a PC whose battery is empty starts in the year of its board. */
const FIRST_RELEASE_MS = Date.UTC(2026, 0, 1);

export function createPcClock({ clock, log, measure }: PcClockParts): PcClock {
  let ahead: number | null = null;
  let cancel = (): void => undefined;
  const stopping = new AbortController();
  const agrees = (): boolean => ahead === null || Math.abs(ahead) <= SERVER_TOLERANCE_SECONDS;
  const look = async (ask: NonNullable<typeof measure>): Promise<void> => {
    const agreed = agrees();
    let failure: unknown = null;
    ahead = await ask(stopping.signal).catch((error: unknown) => {
      failure = error;
      return null;
    });
    if (stopping.signal.aborted) return;
    // The forwarder says what is wrong with the line; here it only means "not known".
    if (failure !== null)
      log.debug({}, `The database server's clock could not be asked: ${messageOf(failure)}`);
    if (agreed && !agrees()) {
      log.warn(
        { serverAheadSeconds: ahead },
        "This PC's clock and the database server's disagree; no device's clock is set until they agree.",
      );
    }
    cancel = clock.after(MEASURE_EVERY_MS, () => void look(ask));
  };
  return {
    start: () => {
      if (measure) void look(measure);
    },
    stop: () => {
      stopping.abort();
      cancel();
    },
    get serverAheadSeconds() {
      return ahead;
    },
    get isRight() {
      return agrees() && clock.nowMs() >= FIRST_RELEASE_MS;
    },
  };
}
