/**
 * How often a source writes, learned from its own past: the longest pause of each of the last weeks. Nights and
 * weekends are pauses like others, so that no calendar is needed.
 */
export interface Rhythm {
  /** When it was first looked at. */
  readonly sinceMs: number;
  /** Its last write; null when it never wrote anything. */
  readonly lastMs: number | null;
  /** Week (counted from 1970) to the longest pause that ended in it. */
  readonly pausesMs: Readonly<Record<string, number>>;
}

const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;
/** A pause must have been seen for a weekend to be one. */
const LEARNING_MS = 8 * DAY_MS;
/** So long a pause explains itself (a bridged holiday) as long as no rhythm is known. */
const WHILE_LEARNING_MS = 4 * DAY_MS;
const WEEKS_KEPT = 6;
/** Half as long again as the longest pause so far. */
const TOLERANCE = 1.5;
/** A source that writes by the minute may still sleep for a night. */
const LEAST_MS = DAY_MS;

export function startRhythm(nowMs: number): Rhythm {
  return { sinceMs: nowMs, lastMs: null, pausesMs: {} };
}

/** @param writtenMs the newest write that can be seen now, or null */
export function hearRhythm(rhythm: Rhythm, writtenMs: number | null, nowMs: number): Rhythm {
  // A time ahead of ours is a clock that is wrong: the write was seen now.
  const atMs = writtenMs === null ? null : Math.min(writtenMs, nowMs);
  if (atMs === null || (rhythm.lastMs !== null && atMs <= rhythm.lastMs)) return rhythm;
  if (rhythm.lastMs === null) return { ...rhythm, lastMs: atMs };
  const week = Math.floor(atMs / WEEK_MS);
  const kept = Object.entries(rhythm.pausesMs).filter(([each]) => Number(each) > week - WEEKS_KEPT);
  const pauses = Object.fromEntries(kept);
  // Of a pause that began before we looked, only our part is known to have been one.
  const pauseMs = atMs - Math.max(rhythm.lastMs, rhythm.sinceMs);
  pauses[week] = Math.max(pauses[week] ?? 0, pauseMs);
  return { ...rhythm, lastMs: atMs, pausesMs: pauses };
}

/** How long the source may be silent; null when it never wrote anything and nobody said how often it should. */
export function allowedSilenceMs(rhythm: Rhythm, configuredMs: number | null): number | null {
  if (configuredMs !== null) return configuredMs;
  if (rhythm.lastMs === null) return null;
  const pauses = Object.values(rhythm.pausesMs);
  if (pauses.length === 0 || rhythm.lastMs - rhythm.sinceMs < LEARNING_MS) return WHILE_LEARNING_MS;
  return Math.max(LEAST_MS, TOLERANCE * Math.max(...pauses));
}

/** Against a rhythm of its own only the silence that we have listened to counts. */
export function isStale(rhythm: Rhythm, configuredMs: number | null, nowMs: number): boolean {
  const allowedMs = allowedSilenceMs(rhythm, configuredMs);
  const lastMs = rhythm.lastMs ?? rhythm.sinceMs;
  const fromMs = configuredMs === null ? Math.max(lastMs, rhythm.sinceMs) : lastMs;
  return allowedMs !== null && nowMs - fromMs > allowedMs;
}
