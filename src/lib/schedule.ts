import { CronExpressionParser } from 'cron-parser';
import { HipError } from './errors.js';

/**
 * When something is to be done by the wall clock of one zone. Pure: times come in and go out.
 *
 * Where the clocks change, a time that does not exist is due an hour later by the new clock, and a time that comes
 * twice is due once. cron-parser keeps that promise only for `next()` (`prev()` finds the second of two equal times)
 * and only when asked before the change, so every look starts an hour early.
 */
export interface Schedule {
  /** Six-field cron expressions; each of them makes runs. */
  readonly expressions: readonly string[];
  /** In luxon's spelling: an IANA name or `UTC+7`. */
  readonly timeZone: string;
}

/** Clocks change by an hour at most. */
const LEAD_MS = 3_600_000;
/** Beyond this many missed runs the number tells nothing more, and counting takes time. */
const MOST_MISSED = 1_000;

/**
 * @param times `HH:MM`, or cron expressions of five or six fields (seconds first); none is a schedule without runs
 * @param timeZone IANA name or `+07:00`
 * @throws {HipError} HIP_CONFIG_INVALID naming every entry that can't be read
 */
export function parseSchedule(times: readonly string[], timeZone: string): Schedule {
  const zone = /^[+-]\d{2}:\d{2}$/.test(timeZone) ? `UTC${timeZone}` : timeZone;
  const expressions = times.map(expressionOf);
  const faults = expressions.flatMap((expression, i) => {
    const fault = faultOf({ expressions: [expression], timeZone: zone });
    return fault === null ? [] : [`"${times[i]}" (${strangeness(times[i]!) ?? fault})`];
  });
  if (faults.length === 0) return { expressions, timeZone: zone };
  throw new HipError('HIP_CONFIG_INVALID', `sync.uploadTimes can't be read: ${faults.join(', ')}.`, {
    suggestions: ['Write times as "08:30", or a cron expression such as "0 8-18 * * 1-6"'],
  });
}

/** The first run later than `after`; null when there is none. */
export function nextRun(schedule: Schedule, after: Date): Date | null {
  const runs = schedule.expressions.map((expression) => runsAfter(expression, schedule, after).next().value);
  return runs.length === 0 ? null : new Date(Math.min(...runs));
}

/**
 * How many runs were due after `lastRun`, up to and including `now`. However many they are, one run makes up for all
 * of them: a run does all that there is to do.
 */
export function missedRuns(schedule: Schedule, lastRun: Date, now: Date): number {
  const missed = new Set<number>();
  for (const expression of schedule.expressions) {
    for (const run of runsAfter(expression, schedule, lastRun)) {
      if (run > now.getTime()) break;
      if (missed.size === MOST_MISSED) return MOST_MISSED;
      missed.add(run);
    }
  }
  return missed.size;
}

const TIME = /^\s*(\d{1,2}):(\d{2})\s*$/;

/** What the parser would say in words about things that nobody has typed; null for what is left to it. */
function strangeness(text: string): string | null {
  const time = TIME.exec(text);
  if (time) return Number(time[1]) > 23 || Number(time[2]) > 59 ? 'no time of the day' : null;
  const fields = text.trim().split(/\s+/).length;
  if (fields === 5 || fields === 6) return null;
  return 'neither a time nor a cron expression of 5 fields, or of 6 with seconds first';
}

function expressionOf(text: string): string {
  const time = TIME.exec(text);
  if (time) return `0 ${Number(time[2])} ${Number(time[1])} * * *`;
  const fields = text.trim().split(/\s+/);
  return fields.length === 5 ? `0 ${fields.join(' ')}` : fields.join(' ');
}

/** Milliseconds since 1970, without end. */
function* runsAfter(expression: string, { timeZone }: Schedule, after: Date): Generator<number, never> {
  const runs = CronExpressionParser.parse(expression, {
    tz: timeZone,
    currentDate: new Date(after.getTime() - LEAD_MS),
    // Else an empty expression is every minute.
    strict: true,
    // Keeps `H` fields from moving at every look.
    hashSeed: expression,
  });
  for (;;) {
    const run = runs.next().getTime();
    if (run > after.getTime()) yield run;
  }
}

function faultOf(schedule: Schedule): string | null {
  try {
    nextRun(schedule, new Date(0));
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
