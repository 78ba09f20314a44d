import { describe, expect, it } from 'vitest';
import type { Clock } from '../../../src/lib/forwarder/clock.js';
import { type Log, silentLog } from '../../../src/lib/log.js';
import { createPcClock, type PcClock } from '../../../src/lib/shell/serve/pc-clock.js';

const NOW = Date.UTC(2026, 10, 22);

class Rig {
  nowMs = NOW;
  server: number | Error = 0;
  warnings = 0;
  signal: AbortSignal | null = null;
  #due: (() => void) | null = null;

  readonly clock: Clock = {
    nowMs: () => this.nowMs,
    after: (_, call) => {
      this.#due = call;
      return () => {
        this.#due = null;
      };
    },
  };

  create(hasDatabase = true): PcClock {
    const warn = (): void => {
      this.warnings += 1;
    };
    const log: Log = { ...silentLog, warn };
    const measure = async (signal: AbortSignal): Promise<number> => {
      this.signal = signal;
      if (this.server instanceof Error) throw this.server;
      return this.server;
    };
    return createPcClock({ clock: this.clock, log, measure: hasDatabase ? measure : null });
  }

  get isWaiting(): boolean {
    return this.#due !== null;
  }

  /** The next look, and its end. */
  async look(): Promise<void> {
    const due = this.#due;
    this.#due = null;
    due?.();
    await expect.poll(() => this.isWaiting).toBe(true);
  }
}

describe("this PC's clock", () => {
  it("may be taught while it and the database server's agree", async () => {
    const rig = new Rig();
    const pcClock = rig.create();
    pcClock.start();
    await rig.look();
    const seen = [];
    for (const server of [5, -60, -61, 90, new Error('no line'), 7_200]) {
      rig.server = server;
      await rig.look();
      seen.push([pcClock.serverAheadSeconds, pcClock.isRight]);
    }
    expect(seen).toEqual([
      [5, true],
      [-60, true],
      [-61, false],
      [90, false],
      [null, true],
      [7_200, false],
    ]);
    // Once per disagreement.
    expect(rig.warnings).toBe(2);
    pcClock.stop();
    expect(rig.signal?.aborted).toBe(true);
    expect(rig.isWaiting).toBe(false);
  });

  it('may not be taught while it lives before this program did and nobody can be asked', () => {
    const rig = new Rig();
    const pcClock = rig.create(false);
    pcClock.start();
    expect([pcClock.serverAheadSeconds, pcClock.isRight]).toEqual([null, true]);
    rig.nowMs = Date.UTC(2015, 0, 1);
    expect(pcClock.isRight).toBe(false);
  });
});
