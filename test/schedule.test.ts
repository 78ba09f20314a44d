import { describe, expect, it } from 'vitest';
import { missedRuns, nextRun, parseSchedule } from '../src/lib/schedule.js';

const BANGKOK = 'Asia/Bangkok';
const NEW_YORK = 'America/New_York';

function next(times: readonly string[], zone: string, after: string): string | undefined {
  return nextRun(parseSchedule(times, zone), new Date(after))?.toISOString();
}

describe('schedule', () => {
  it.each([
    ['08:30', '2026-01-05T00:00:00Z', '2026-01-05T01:30:00.000Z'],
    ['8:30', '2026-01-05T01:30:00Z', '2026-01-06T01:30:00.000Z'],
    ['00:00', '2026-01-05T16:59:59.999Z', '2026-01-05T17:00:00.000Z'],
    ['0 8-18 * * 1-6', '2026-01-04T02:00:00Z', '2026-01-05T01:00:00.000Z'],
    ['30 15 8 * * *', '2026-01-05T00:00:00Z', '2026-01-05T01:15:30.000Z'],
    ['*/15 * * * *', '2026-01-05T00:00:01Z', '2026-01-05T00:15:00.000Z'],
    ['@daily', '2026-01-05T00:00:00Z', '2026-01-05T17:00:00.000Z'],
  ])('%s after %s is %s', (time, after, expected) => {
    expect(next([time], BANGKOK, after)).toBe(expected);
  });

  it('takes the earliest of several times', () => {
    expect(next(['18:00', '12:00', '08:00'], BANGKOK, '2026-01-05T02:00:00Z')).toBe(
      '2026-01-05T05:00:00.000Z',
    );
  });

  it('knows fixed offsets', () => {
    expect(next(['08:00'], '+07:00', '2026-01-05T00:00:00Z')).toBe('2026-01-05T01:00:00.000Z');
    expect(next(['08:00'], '-03:30', '2026-01-05T00:00:00Z')).toBe('2026-01-05T11:30:00.000Z');
  });

  it('has no runs without times', () => {
    expect(nextRun(parseSchedule([], BANGKOK), new Date())).toBeNull();
  });

  it('gives the same answer at every look', () => {
    const answers = new Set(
      Array.from({ length: 20 }, () => next(['H H * * *'], BANGKOK, '2026-01-05T00:00:00Z')),
    );
    expect(answers.size).toBe(1);
  });

  it.each(['', ' ', '24:00', '08:60', '8', 'noon', '* * * *', '0 61 8 * * *', '0 0 31 2 *', '0 8 * * * * *'])(
    'refuses %j',
    (time) => {
      expect(() => parseSchedule([time], BANGKOK)).toThrow(/uploadTimes/);
    },
  );

  it('says of a time that no day has that it is none', () => {
    const wrong = /"25:00" \(no time of the day\), "08:60" \(no time of the day\)\.$/;
    expect(() => parseSchedule(['25:00', '08:60', '23:59'], 'Asia/Vientiane')).toThrow(wrong);
  });

  it('names every entry that is wrong', () => {
    expect(() => parseSchedule(['08:00', '25:00', 'noon'], BANGKOK)).toThrow(/"25:00" .*"noon"/);
  });

  it('refuses an unknown zone', () => {
    expect(() => parseSchedule(['noon'], BANGKOK)).toThrow(
      '"noon" (neither a time nor a cron expression of 5',
    );
    expect(() => parseSchedule(['08:00'], 'Mars/Olympus')).toThrow(/uploadTimes/);
  });
});

describe('where the clocks change', () => {
  /** 2026-03-08 02:00 EST becomes 03:00 EDT at 07:00Z. */
  it('a time that does not exist is due an hour later by the new clock, once', () => {
    for (const after of [
      '2026-03-08T05:00:00Z',
      '2026-03-08T06:59:59Z',
      '2026-03-08T07:00:00Z',
      '2026-03-08T07:29:59Z',
    ]) {
      expect(next(['02:30'], NEW_YORK, after)).toBe('2026-03-08T07:30:00.000Z');
    }
    expect(next(['02:30'], NEW_YORK, '2026-03-08T07:30:00Z')).toBe('2026-03-09T06:30:00.000Z');
  });

  /** 2026-11-01 02:00 EDT becomes 01:00 EST at 06:00Z. */
  it('a time that comes twice is due once', () => {
    expect(next(['01:30'], NEW_YORK, '2026-11-01T05:00:00Z')).toBe('2026-11-01T05:30:00.000Z');
    for (const after of ['2026-11-01T05:30:00Z', '2026-11-01T05:45:00Z', '2026-11-01T06:30:00Z']) {
      expect(next(['01:30'], NEW_YORK, after)).toBe('2026-11-02T06:30:00.000Z');
    }
  });

  it('a year of days is a year of runs', () => {
    const schedule = parseSchedule(['02:30'], NEW_YORK);
    const [from, to] = [new Date('2026-01-01T05:00:00Z'), new Date('2027-01-01T05:00:00Z')];
    expect(missedRuns(schedule, from, to)).toBe(365);
    const twice = parseSchedule(['01:30'], NEW_YORK);
    expect(missedRuns(twice, from, to)).toBe(365);
  });
});

describe('missed runs', () => {
  const schedule = parseSchedule(['08:00', '12:00', '18:00'], BANGKOK);

  it('are those after the last run, up to now', () => {
    const lastRun = new Date('2026-01-05T01:00:00Z');
    expect(missedRuns(schedule, lastRun, new Date('2026-01-05T04:59:59Z'))).toBe(0);
    expect(missedRuns(schedule, lastRun, new Date('2026-01-05T05:00:00Z'))).toBe(1);
    expect(missedRuns(schedule, lastRun, new Date('2026-01-08T05:00:00Z'))).toBe(10);
  });

  it('count a time once that two entries name', () => {
    const both = parseSchedule(['08:00', '0 8 * * *'], BANGKOK);
    expect(missedRuns(both, new Date('2026-01-05T00:00:00Z'), new Date('2026-01-06T00:00:00Z'))).toBe(1);
  });

  it('are none when the last run lies ahead, after the PC clock was put right', () => {
    expect(missedRuns(schedule, new Date('2030-01-01T00:00:00Z'), new Date('2026-01-05T05:00:00Z'))).toBe(0);
  });

  it('are counted to a bound after a long absence', () => {
    const often = parseSchedule(['* * * * *'], BANGKOK);
    expect(missedRuns(often, new Date('2020-01-01T00:00:00Z'), new Date('2026-01-01T00:00:00Z'))).toBe(1_000);
  });
});
