/**
 * Wall clock of a configured zone. Only for telling devices the time and for judging theirs: punches keep the time
 * their device told.
 */
export interface WallClock {
  /** Minutes east of UTC at that moment. */
  offsetMinutes(at: Date): number;
  /** `YYYY-MM-DD HH:MM:SS` at that moment. */
  text(at: Date): string;
}

/** Zones change their offset on quarter hours only, so one look-up serves until the next. */
const QUARTER_MS = 900_000;

/** @param zone IANA name, `+07:00`, or null for this PC's own zone */
export function createWallClock(zone: string | null): WallClock {
  const look = offsetLookup(zone);
  let quarter = Number.NaN;
  let minutes = 0;
  let second = Number.NaN;
  let wall = '';
  const offsetMinutes = (at: Date): number => {
    const now = Math.floor(at.getTime() / QUARTER_MS);
    if (now !== quarter) {
      minutes = look(at);
      quarter = now;
    }
    return minutes;
  };
  return {
    offsetMinutes,
    text: (at) => {
      const now = Math.floor(at.getTime() / 1000);
      if (now !== second) {
        wall = new Date(at.getTime() + offsetMinutes(at) * 60_000)
          .toISOString()
          .slice(0, 19)
          .replace('T', ' ');
        second = now;
      }
      return wall;
    },
  };
}

/** `+07:00` as people write it. */
export function renderOffset(minutes: number): string {
  const size = Math.abs(minutes);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

function offsetLookup(zone: string | null): (at: Date) => number {
  if (zone === null) return (at) => -at.getTimezoneOffset();
  const fixed = /^([+-])(\d{2}):(\d{2})$/.exec(zone);
  if (fixed) {
    const minutes = (Number(fixed[2]) * 60 + Number(fixed[3])) * (fixed[1] === '-' ? -1 : 1);
    return () => minutes;
  }
  const format = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' });
  return (at) => {
    const name = format.formatToParts(at).find((part) => part.type === 'timeZoneName')?.value ?? 'GMT';
    const parts = /GMT([+-])(\d{2}):(\d{2})/.exec(name);
    return parts ? (Number(parts[2]) * 60 + Number(parts[3])) * (parts[1] === '-' ? -1 : 1) : 0;
  };
}
