import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { JournalUnavailable } from '../../src/lib/journal/journal.js';
import { silentLog } from '../../src/lib/log.js';
import { parseSchedule } from '../../src/lib/schedule.js';
import { UploadSlots } from '../../src/lib/sync/slots.js';
import { type WatchParts, watch } from '../../src/lib/sync/watch.js';
import { FakeClock } from '../forwarder/rig.js';
import { HOUR_MS, MINUTE_MS, SyncRig } from './rig.js';

/** `FakeClock` begins at 08:00 UTC on 5 January 2026. */
const DAY_MS = 24 * HOUR_MS;
const BANGKOK = 'Asia/Bangkok';

let rig: SyncRig;

beforeEach(() => {
  rig = new SyncRig();
});
afterEach(() => rig.close());

/** A clock that people and time services set; timers run on the time that goes by all the same. */
class WallClock extends FakeClock {
  offsetMs = 0;

  override nowMs(): number {
    return super.nowMs() + this.offsetMs;
  }
}

class Watched {
  readonly clock = new WallClock();
  readonly runs: { readonly at: string; readonly due: number }[] = [];
  readonly next: (string | null)[] = [];
  readonly controller = new AbortController();
  locked = false;
  held = false;
  /** What a run does beside being noted. */
  work: () => Promise<void> = async () => undefined;
  #ended: Promise<void> = Promise.resolve();

  /** Lets hours go by in steps in which all that follows from a timer can follow. */
  async pass(ms: number): Promise<void> {
    await this.clock.advance(ms);
  }

  start(times: readonly string[], changed: WatchParts['changed'] = null): this {
    const now = (): Date => new Date(this.clock.nowMs());
    const slots = new UploadSlots(
      { journal: memoryJournal(this.memory), now },
      parseSchedule(times, BANGKOK),
    );
    this.#ended = watch({
      slots,
      changed,
      lock: {
        tryAcquire: () => {
          if (!this.locked) this.held = true;
          return !this.locked;
        },
        release: () => {
          this.held = false;
        },
      },
      run: async (due) => {
        this.runs.push({ at: now().toISOString().slice(5, 16), due });
        await this.work();
      },
      tellNext: (next) => this.next.push(next?.toISOString().slice(5, 16) ?? null),
      clock: this.clock,
      log: silentLog,
      signal: this.controller.signal,
    });
    // `stop` tells of a failure; until then it is not "unhandled".
    this.#ended.catch(() => undefined);
    return this;
  }

  async stop(): Promise<void> {
    this.controller.abort();
    await this.#ended;
  }

  readonly memory: Map<string, string> = new Map();
}

/** What slots need of a journal, without a disk: fake time waits for none. */
function memoryJournal(memory: Map<string, string>): ConstructorParameters<typeof UploadSlots>[0]['journal'] {
  return {
    append: async ({ checkpoint }) => {
      if (checkpoint) memory.set(checkpoint.file, checkpoint.note ?? '');
      return { stored: 0, duplicates: 0, quarantined: 0 };
    },
    checkpoint: (file) => {
      const note = memory.get(file);
      if (note === undefined) return undefined;
      return { file, identity: '', sizeBytes: 0, offsetBytes: 0, line: 0, note };
    },
  };
}

describe('upload times', () => {
  it('are kept in their zone, day after day; those before the first start are skipped', async () => {
    const watched = new Watched().start(['08:30', '17:00']);
    await watched.pass(2 * DAY_MS);
    await watched.stop();
    expect(watched.runs).toEqual([
      { at: '01-05T10:00', due: 1 },
      { at: '01-06T01:30', due: 1 },
      { at: '01-06T10:00', due: 1 },
      { at: '01-07T01:30', due: 1 },
    ]);
    expect(watched.next.slice(0, 2)).toEqual(['01-05T10:00', '01-06T01:30']);
  });

  it('that were slept through are made up for once', async () => {
    const watched = new Watched().start(['08:30', '17:00']);
    await watched.pass(HOUR_MS);
    watched.clock.offsetMs = 3 * DAY_MS;
    await watched.pass(MINUTE_MS);
    await watched.pass(30 * MINUTE_MS);
    await watched.stop();
    expect(watched.runs).toHaveLength(1);
    expect(watched.runs[0]).toMatchObject({ due: 6 });
  });

  it('that came while hip was not running are made up for once, by the memory in the journal', async () => {
    const first = new Watched().start(['08:30', '17:00']);
    await first.pass(3 * HOUR_MS);
    await first.stop();
    const second = new Watched();
    for (const [file, note] of first.memory) second.memory.set(file, note);
    second.clock.offsetMs = 2 * DAY_MS;
    second.start(['08:30', '17:00']);
    await second.pass(MINUTE_MS);
    await second.stop();
    expect(second.runs).toEqual([{ at: '01-07T08:00', due: 3 }]);
  });

  it('are not kept twice when the clock is set back', async () => {
    const watched = new Watched().start(['17:00']);
    await watched.pass(2 * HOUR_MS + MINUTE_MS);
    expect(watched.runs).toHaveLength(1);
    watched.clock.offsetMs = -3 * HOUR_MS;
    await watched.pass(4 * HOUR_MS);
    expect(watched.runs).toHaveLength(1);
    await watched.pass(DAY_MS);
    await watched.stop();
    expect(watched.runs).toHaveLength(2);
  });

  it('are kept again soon when the clock had been years ahead', async () => {
    const watched = new Watched();
    watched.clock.offsetMs = 3_000 * DAY_MS;
    watched.start(['17:00']);
    await watched.pass(3 * HOUR_MS);
    watched.clock.offsetMs = 0;
    await watched.pass(DAY_MS);
    await watched.stop();
    expect(watched.runs).toHaveLength(2);
  });

  it('of one moment are one run, however often it is looked at', async () => {
    const watched = new Watched().start(['17:00', '0 10 * * *', '0 17 * * *']);
    await watched.pass(DAY_MS);
    await watched.stop();
    expect(watched.runs.map(({ at }) => at)).toEqual(['01-05T10:00', '01-06T03:00']);
  });

  it('wait for another sync, and are kept after it', async () => {
    const watched = new Watched().start(['17:00']);
    watched.locked = true;
    await watched.pass(2 * HOUR_MS + MINUTE_MS);
    expect(watched.runs).toEqual([]);
    watched.locked = false;
    await watched.pass(MINUTE_MS);
    await watched.stop();
    expect(watched.runs).toHaveLength(1);
  });

  it('are not kept by a run that could not write to the journal; the next tick tries again', async () => {
    const watched = new Watched().start(['17:00']);
    let failures = 2;
    watched.work = async () => {
      failures -= 1;
      if (failures >= 0) throw new JournalUnavailable('disk-full', 'The disk is full.');
    };
    await watched.pass(3 * HOUR_MS);
    await watched.stop();
    expect(watched.runs).toHaveLength(3);
    expect(watched.held).toBe(false);
  });

  it('hold the lock only while a run is under way', async () => {
    const watched = new Watched().start(['17:00']);
    let heldWithin = false;
    watched.work = async () => {
      heldWithin = watched.held;
    };
    await watched.pass(3 * HOUR_MS);
    expect(heldWithin).toBe(true);
    expect(watched.held).toBe(false);
    await watched.stop();
  });

  it('fail with what is a bug', async () => {
    const watched = new Watched().start(['17:00']);
    watched.work = () => Promise.reject(new TypeError('a bug'));
    await watched.pass(3 * HOUR_MS);
    await expect(watched.stop()).rejects.toThrow('a bug');
  });
});

describe('files as they come', () => {
  it('are read at the start and after each change, beside the upload times', async () => {
    const changes = [true, false, false, true];
    const watched = new Watched().start(['17:00'], async () => changes.shift() ?? false);
    await watched.pass(3 * HOUR_MS);
    await watched.stop();
    expect(watched.runs.map(({ due }) => due)).toEqual([0, 0, 1]);
  });

  it('are not forgotten while another sync is at work', async () => {
    const changes = [true];
    const watched = new Watched();
    watched.locked = true;
    watched.start([], async () => changes.shift() ?? false);
    await watched.pass(MINUTE_MS);
    expect(watched.runs).toEqual([]);
    watched.locked = false;
    await watched.pass(MINUTE_MS);
    await watched.stop();
    expect(watched.runs).toHaveLength(1);
    expect(watched.next).toEqual([null]);
  });
});
