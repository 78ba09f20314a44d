import { wallSeconds, wallText } from '../punch.js';
import { type DateRules, type Moment, type MomentFault, parseMoment } from './dates.js';

/**
 * Times that carry a zone (`2026-01-15T10:00:00Z`, `… 08:00:00+07`), as BioTime's database hands them out, to the
 * wall clock of the configured zone. Times without one are wall time already.
 */
const ZONED = /^(.*\d)\s*(Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)$/i;
const HOUR_SECONDS = 3600;

export function parseZonedMoment(cell: string, rules: DateRules, timeZone: string): Moment | MomentFault {
  const match = ZONED.exec(cell.trim());
  // A bare date ends like an offset (`2026-01-15`): only what has a time can have a zone.
  if (!match || !match[1]!.includes(':')) return parseMoment(cell, rules);
  const moment = parseMoment(match[1]!, rules);
  if (typeof moment === 'string') return moment;
  const utcSeconds = wallSeconds(moment.wall.time) - offsetSeconds(match[2]!);
  const time = wallText(utcSeconds + zoneOffsetSeconds(utcSeconds, timeZone));
  return { wall: { time, buddhistYear: moment.wall.buddhistYear }, precision: moment.precision };
}

function offsetSeconds(zone: string): number {
  if (/^[a-z]/i.test(zone)) return 0;
  const sign = zone.startsWith('-') ? -1 : 1;
  const minutes = Number(zone.slice(3).replace(':', '') || 0);
  return sign * (Number(zone.slice(1, 3)) * HOUR_SECONDS + minutes * 60);
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** Seconds east of UTC at that moment, from the same data that the rest of the system uses. */
function zoneOffsetSeconds(utcSeconds: number, timeZone: string): number {
  const parts = formatFor(timeZone).formatToParts(utcSeconds * 1000);
  const value = (type: Intl.DateTimeFormatPartTypes): number =>
    Number(parts.find((part) => part.type === type)?.value);
  const wall = Date.UTC(
    value('year'),
    value('month') - 1,
    value('day'),
    value('hour'),
    value('minute'),
    value('second'),
  );
  return wall / 1000 - utcSeconds;
}

function formatFor(timeZone: string): Intl.DateTimeFormat {
  let format = formats.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      calendar: 'gregory',
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formats.set(timeZone, format);
  }
  return format;
}
