import { HipError } from '../errors.js';
import { parseWallTime, wallSeconds, wallText } from '../punch.js';
import { spanSeconds } from './punches.js';

/**
 * `http://host:port[/prefix]`; the scheme may be left out where a port or a dot shows what it is.
 * @throws {HipError} HIP_USAGE
 */
export function parseTarget(text: string): URL {
  const url = text.includes('://') ? text : `http://${text}`;
  // A bare word is a slip of the pen more often than the name of a PC; `http://word` says that it is one.
  const isAddress = url === text || /[.:]/.test(text) || text === 'localhost';
  if (isAddress && URL.canParse(url) && new URL(url).protocol === 'http:') return new URL(url);
  throw new HipError('HIP_USAGE', `--target "${text}" is no address that a device can be given.`, {
    suggestions: ['Write it as http://192.0.2.10:9090; simulated devices speak plain HTTP'],
  });
}

/** Invented punches stay on this PC unless somebody says otherwise. */
export function isThisPc(target: URL): boolean {
  return (
    target.hostname === 'localhost' || target.hostname === '[::1]' || /^127(\.\d+){3}$/.test(target.hostname)
  );
}

/** @throws {HipError} HIP_USAGE */
export function parseRate(text: string): number {
  const rate = Number(text);
  if (text.trim() !== '' && Number.isFinite(rate) && rate >= 0) return rate;
  throw new HipError('HIP_USAGE', `--rate "${text}" is no number of punches per second.`, {
    suggestions: ['Write it as 10 or 0.5; 0 is as fast as possible'],
  });
}

export interface RunIdentity {
  readonly seed: number;
  readonly startAt: string;
}

/** Runs with a given seed are the same in every year: their first punches stand here unless `--start` says else. */
const SEEDED_START = '2025-01-01 08:00:00';

/**
 * A given seed makes the very same punches every time. Without one, every run makes new ones of this hour and the
 * hours before, so that a demo shows punches of today and none that stand in the future.
 * @throws {HipError} HIP_USAGE
 */
export function identifyRun(
  given: { readonly seed: number | undefined; readonly start: string | undefined },
  run: { readonly punchesPerDevice: number; readonly now: Date },
): RunIdentity {
  const seed = given.seed ?? Math.floor(run.now.getTime() / 1000);
  if (given.start !== undefined) return { seed, startAt: parseStart(given.start) };
  if (given.seed !== undefined) return { seed, startAt: SEEDED_START };
  const wallNow = Math.floor(run.now.getTime() / 1000) - run.now.getTimezoneOffset() * 60;
  return { seed, startAt: wallText(wallNow - spanSeconds(run.punchesPerDevice)) };
}

function parseStart(text: string): string {
  const wall = parseWallTime(text);
  if (wall) return wallText(wallSeconds(wall.time));
  throw new HipError('HIP_USAGE', `--start "${text}" is no time.`, {
    suggestions: ['Write it as "2026-11-22 08:00:00"'],
  });
}
