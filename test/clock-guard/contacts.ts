import type { Contact } from '../../src/lib/clock-guard/contact.js';
import type { DeviceState, Reading } from '../../src/lib/dialects/dialect.js';
import { emptyReading, textReply } from '../../src/lib/dialects/dialect.js';
import { type Punch, parseWallTime, suspicionOf, wallSeconds, wallText } from '../../src/lib/punch.js';

/** A device as its contacts show it, and what the journal would know of it by then. */
export class TestDevice {
  readonly sn: string;
  readonly dialect: string;
  facts: Record<string, string> = {};
  stamps: Record<string, string> = {};
  /** This PC's wall clock; UTC in these tests. */
  now: string;
  pending: { id: string; verb: string; text: string }[] = [];

  constructor(dialect: string, now = '2026-11-22 12:00:00', sn = 'CQZ0000000001') {
    this.dialect = dialect;
    this.now = now;
    this.sn = sn;
  }

  get nowMs(): number {
    return wallSeconds(this.now) * 1000;
  }

  later(seconds: number): this {
    this.now = wallText(wallSeconds(this.now) + seconds);
    return this;
  }

  poll(change: Partial<Reading> = {}): Contact {
    return this.contact(change);
  }

  /** A poll that tells the clock. */
  tells(time: string, change: Partial<Reading> = {}): Contact {
    return this.contact({ clock: { time, kind: 'told' }, ...change });
  }

  punches(...times: readonly string[]): Contact {
    return this.contact({ punches: times.map((time) => this.punch(time)), lines: times.length });
  }

  punch(time: string, userId = '7'): Punch {
    const wall = parseWallTime(time)!;
    return {
      deviceSn: this.sn,
      userId,
      time,
      status: 0,
      verify: 1,
      workCode: null,
      raw: `${userId}\t${time}\t0\t1`,
      suspect: suspicionOf(wall, this.now),
      proven: true,
      precision: 'second',
    };
  }

  contact(change: Partial<Reading>): Contact {
    const state: DeviceState = { facts: { ...this.facts }, stamps: { ...this.stamps } };
    const pending = [...this.pending];
    return {
      sn: this.sn,
      dialect: this.dialect,
      reading: { ...emptyReading(textReply(200, 'OK')), deviceSn: this.sn, ...change },
      context: {
        receivedAt: new Date(this.nowMs),
        wallNow: this.now,
        utcOffsetMinutes: 0,
        settings: { plainDeviceSn: 'HIP_DEVICE_1', statusMaps: new Map(), fkReplies: new Map() },
        device: () => state,
        pendingCommands: () => pending,
      },
    };
  }
}
