import { createWallTime, type WallTime } from '../../punch.js';

/** Seconds on a calendar whose months all have 31 days, from 2000 (adms.md 10; Security PUSH appendix 5). */

const DAY = 86_400;
const DIGITS = /^\d{1,10}$/;

export function packTime(moment: Date): number {
  const days =
    (moment.getUTCFullYear() - 2000) * 12 * 31 + moment.getUTCMonth() * 31 + (moment.getUTCDate() - 1);
  return days * DAY + moment.getUTCHours() * 3600 + moment.getUTCMinutes() * 60 + moment.getUTCSeconds();
}

/** Null for what is no number or a day its month does not have. */
export function unpackTime(text: string): WallTime | null {
  if (!DIGITS.test(text)) return null;
  const packed = Number(text);
  const days = Math.floor(packed / DAY);
  return createWallTime([
    2000 + Math.floor(days / (31 * 12)),
    (Math.floor(days / 31) % 12) + 1,
    (days % 31) + 1,
    Math.floor(packed / 3600) % 24,
    Math.floor(packed / 60) % 60,
    packed % 60,
  ]);
}
