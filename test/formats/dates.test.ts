import { describe, expect, it } from 'vitest';
import { NO_EVIDENCE, OrderSurvey, ruleOf } from '../../src/lib/formats/date-order.js';
import {
  type DateRules,
  momentOfUtc,
  parseClock,
  parseDate,
  parseMoment,
  SERIAL_EPOCHS,
} from '../../src/lib/formats/dates.js';
import { parseZonedMoment } from '../../src/lib/formats/zones.js';
import { wallSeconds, wallText } from '../../src/lib/punch.js';
import { fc } from '../support/property.js';

const RULES: DateRules = { order: 'dmy', wallNow: '2026-11-22 12:00:00' };

function timeOf(cell: string, rules: DateRules = RULES): string {
  const moment = parseMoment(cell, rules);
  return typeof moment === 'string' ? moment : moment.wall.time;
}

describe('parseMoment', () => {
  it.each([
    ['15/1/2569 7:58', '2026-01-15 07:58:00'],
    ['15-01-2026 07:58:12', '2026-01-15 07:58:12'],
    ['2026-01-15T07:58:12', '2026-01-15 07:58:12'],
    ['2026/01/15  07:58:12.500', '2026-01-15 07:58:12'],
    ['15/1/2569 7:58 น.', '2026-01-15 07:58:00'],
    ['๑๕/๑/๒๕๖๙ ๗:๕๘:๑๒ หลังเที่ยง', '2026-01-15 19:58:12'],
    ['15/1/69 7:58', '2026-01-15 07:58:00'],
    ['15/1/26 7:58', '2026-01-15 07:58:00'],
    ['22:41:09', 'date-invalid'],
    ['2026-05-27 22:41:09 PM', '2026-05-27 22:41:09'],
    ['2026-05-27 22:41:09 AM', 'meridiem-conflict'],
    ['15/1/2569', 'time-missing'],
    ['15/1/2569 7:58 x', 'time-invalid'],
    ['15/1/2569 7:58 AM FP', 'time-invalid'],
    ['15/1/2569 24:00', 'time-invalid'],
    ['15/1/256 7:58', 'date-invalid'],
    ['15/13/2026 7:58', 'date-invalid'],
    ['15/1/1999 7:58', 'year-out-of-range'],
    ['15/1/2100 7:58', 'year-out-of-range'],
    ['15/1/2542 7:58', 'year-out-of-range'],
    ['15/1/2543 7:58', '2000-01-15 07:58:00'],
    ['15/1/40 7:58', 'year-out-of-range'],
    ['15/1/27 7:58', 'year-out-of-range'],
    ['30/02/26 7:58', 'date-invalid'],
    ['', 'date-missing'],
    ['46037.5', 'date-invalid'],
  ])('%s is %s', (cell, time) => {
    expect(timeOf(cell)).toBe(time);
  });

  it('reads day counts where the source is a workbook', () => {
    expect(timeOf('46037.332083333', { ...RULES, serialEpoch: SERIAL_EPOCHS.usual })).toBe(
      '2026-01-15 07:58:12',
    );
  });

  it('reads every moment of a century back from the way a PC writes it', () => {
    const second = fc.integer({
      min: wallSeconds('2000-01-01 00:00:00'),
      max: wallSeconds('2099-12-31 23:59:59'),
    });
    fc.assert(
      fc.property(second, fc.boolean(), fc.boolean(), (seconds, buddhist, twelve) => {
        const wall = wallText(seconds);
        const [year, month, day, hour, rest] = [
          wall.slice(0, 4),
          +wall.slice(5, 7),
          +wall.slice(8, 10),
          +wall.slice(11, 13),
          wall.slice(13),
        ];
        const written = `${day}/${month}/${+year + (buddhist ? 543 : 0)} ${twelve ? hour % 12 || 12 : hour}${rest}`;
        expect(timeOf(twelve ? `${written} ${hour < 12 ? 'AM' : 'PM'}` : written)).toBe(wall);
      }),
      { seed: 20260115 },
    );
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.string(), (cell) => {
        parseMoment(cell, RULES);
        parseZonedMoment(cell, RULES, 'Asia/Vientiane');
        parseDate(cell, RULES);
        parseClock(cell, 'pm');
      }),
      { seed: 20260115 },
    );
  });
});

describe('momentOfUtc', () => {
  it('rounds to the nearest second and refuses what is no time', () => {
    expect(momentOfUtc(new Date('2026-01-15T07:58:11.999Z'))).toMatchObject({
      wall: { time: '2026-01-15 07:58:12' },
    });
    expect(momentOfUtc(new Date(Number.NaN))).toBe('date-invalid');
    expect(momentOfUtc(new Date('1899-12-30T07:58:12Z'))).toBe('year-out-of-range');
  });
});

describe('parseZonedMoment', () => {
  it.each([
    ['2026-01-15T10:00:00Z', '2026-01-15 17:00:00'],
    ['2026-01-15 10:00:00+00', '2026-01-15 17:00:00'],
    ['2026-01-15 20:00:00.25-0330', '2026-01-16 06:30:00'],
    ['2026-01-15T08:00:00+07:00', '2026-01-15 08:00:00'],
    ['2026-01-15 08:00:00', '2026-01-15 08:00:00'],
  ])('%s is %s in Vientiane', (cell, time) => {
    expect(parseZonedMoment(cell, RULES, 'Asia/Vientiane')).toMatchObject({ wall: { time } });
  });
});

describe('the order of dates', () => {
  const evidenceOf = (...lines: string[]): OrderSurvey => {
    const survey = new OrderSurvey(NO_EVIDENCE);
    for (const line of lines) survey.add(line, (text) => text.startsWith('Date'));
    return survey;
  };

  it.each([
    [['1 1 19/1/2026 8:00'], 'dmy'],
    [['1 1 1/19/2026 8:00'], 'mdy'],
    [['1 1 ๑/๑๙/๒๕๖๙ 8:00'], 'mdy'],
    [['1 1 1/19/26 8:00'], 'mdy'],
    [['a,1/19/2026,b'], 'mdy'],
    [['1 1 2/3/2026 8:00'], 'dmy'],
    [['1 1 19/1/2026', '1 1 1/19/2026'], 'conflict'],
    [['Date 1/19/2026', '1 1 2/3/2026'], 'mdy'],
    [['Date 1/19/2026', '1 1 19/1/2026'], 'dmy'],
    [['32/01/2026', '31/02/2026', '0/0/0000', '2026-01-19', '192.168.1.19', '1.2.1.19'], 'dmy'],
  ] as const)('%j is %s', (lines, rule) => {
    expect(ruleOf(evidenceOf(...lines).evidence, null)).toBe(rule);
  });

  it('lets the operator settle what the file does not', () => {
    expect(ruleOf(NO_EVIDENCE, 'mdy')).toBe('mdy');
    expect(ruleOf({ dmy: true, mdy: true, title: null }, 'mdy')).toBe('mdy');
    expect(ruleOf({ dmy: true, mdy: false, title: null }, 'mdy')).toBe('dmy');
  });
});
