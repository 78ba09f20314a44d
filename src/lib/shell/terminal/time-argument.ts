import { HipError } from '../../errors.js';
import { parseWallTime } from '../../punch.js';

/**
 * A device time typed by a person: `2026-11-22`, `2026-11-22 08:00`, `2026-11-22T08:00:30`. A bare date is its first
 * second as `from` and its last as `to`.
 * @throws {HipError} HIP_USAGE
 */
export function parseTimeArgument(flag: 'from' | 'to', text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const bare = /^\d{4}[-/.]\d{1,2}[-/.]\d{1,2}$/.test(text.trim());
  const wall = parseWallTime(bare ? `${text.trim()} ${flag === 'from' ? '00:00:00' : '23:59:59'}` : text);
  if (wall) return wall.time;
  throw new HipError('HIP_USAGE', `--${flag} "${text}" is no time.`, {
    suggestions: ['Write it as 2026-11-22 or "2026-11-22 08:00:00"'],
  });
}

/**
 * A day typed by a person: `2026-11-22`.
 * @throws {HipError} HIP_USAGE
 */
export function parseDayArgument(text: string): string {
  const wall = parseWallTime(`${text.trim()} 00:00:00`);
  if (wall) return wall.time.slice(0, 10);
  throw new HipError('HIP_USAGE', `--day "${text}" is no day.`, { suggestions: ['Write it as 2026-11-22'] });
}

/**
 * `--from` and `--to` together.
 * @throws {HipError} HIP_USAGE
 */
export function parseTimeRange(flags: {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}): {
  readonly from?: string;
  readonly to?: string;
} {
  const from = parseTimeArgument('from', flags.from);
  const to = parseTimeArgument('to', flags.to);
  if (from !== undefined && to !== undefined && from > to) {
    throw new HipError('HIP_USAGE', `--from ${from} lies behind --to ${to}.`, {
      suggestions: ['Exchange the two'],
    });
  }
  return { ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
}
