import * as v from 'valibot';
import { FORMAT_NAMES } from '../formats/format.js';
import { parseWallTime } from '../punch.js';
import { count, path, serialNumber, setting, text, timeZone } from './fields.js';

/** The settings of `hip sync`. */

const csvColumn = () => v.optional(v.union([v.pipe(text(), v.minLength(1)), count(1, 1_000)]));

const csvColumns = v.strictObject({
  user: csvColumn(),
  time: csvColumn(),
  date: csvColumn(),
  status: csvColumn(),
  verify: csvColumn(),
  workCode: csvColumn(),
  deviceSn: csvColumn(),
  machine: csvColumn(),
});

export const sync = v.strictObject({
  logDir: setting(v.nullable(path()), null, "Folder with the vendor program's files"),
  uploadTimes: setting(v.array(text()), [], 'When hip sync --watch uploads: HH:MM or cron expressions'),
  ignoreFilesBefore: setting(
    v.nullable(v.pipe(text(), v.check(isDate, 'is no date: write 2026-01-31'))),
    null,
    'Files last changed before this date are listed, not read',
  ),
  accessDb: setting(v.array(path()), [], 'Access databases to read'),
  accessPassword: setting(v.nullable(text()), null, 'Password of the Access databases'),
  format: setting(v.nullable(v.picklist(FORMAT_NAMES)), null, 'Forces one format for the folder'),
  dateOrder: setting(
    v.nullable(v.picklist(['dmy', 'mdy'])),
    null,
    'How to read dates that could be either; null: by the evidence of each file',
  ),
  timeZone: setting(
    v.nullable(timeZone()),
    null,
    "Zone of uploadTimes, and for sources that carry one (BioTime); null is this PC's",
  ),
  machines: v.optional(
    v.pipe(v.record(v.string(), serialNumber()), v.description('Machine number to serial number')),
    {},
  ),
  deviceSn: setting(serialNumber(), 'HIP_DEVICE_1', 'Device name for text files that name none'),
  accessDeviceSn: setting(
    serialNumber(),
    'HIP_ACCESS_DB',
    'Device name for Access rows without serial number',
  ),
  archive: setting(
    v.picklist(['keep', 'move']),
    'keep',
    'move: files that were read, and still for 15 minutes, go to processed/',
  ),
  watchFiles: setting(v.boolean(), false, 'hip sync --watch also reads files as they come'),
  staleAfter: setting(
    v.nullable(v.pipe(text(), v.check(isDuration, 'is no duration: write 90m, 36h or 2d'))),
    null,
    'A source silent this long is trouble, e.g. 2d; null: its own rhythm',
  ),
  csv: v.optional(
    v.strictObject({
      columns: v.optional(
        v.pipe(
          csvColumns,
          v.check(isOneKind, 'must be all titles or all column numbers'),
          v.check(hasNeeded, 'need both user and time'),
          v.description('user, time, date, status, verify, workCode, deviceSn, machine: to title or number'),
        ),
        {},
      ),
      delimiter: setting(
        v.nullable(v.pipe(text(), v.length(1))),
        null,
        'Between columns that have numbers; null is a comma',
      ),
    }),
    {},
  ),
});

function isOneKind(columns: Readonly<Record<string, string | number | undefined>>): boolean {
  const kinds = new Set(
    Object.values(columns).flatMap((column) => (column === undefined ? [] : [typeof column])),
  );
  return kinds.size <= 1;
}

function hasNeeded(columns: Readonly<Record<string, string | number | undefined>>): boolean {
  const given = Object.values(columns).some((column) => column !== undefined);
  return !given || (columns.user !== undefined && columns.time !== undefined);
}

function isDate(day: string): boolean {
  return parseDay(day) !== null;
}

/** `2026-01-31`, or with a time: `YYYY-MM-DD HH:MM:SS`. Null for everything else. */
export function parseDay(day: string): string | null {
  return (parseWallTime(day) ?? parseWallTime(`${day} 00:00:00`))?.time ?? null;
}

function isDuration(duration: string): boolean {
  return parseDurationMs(duration) !== null;
}

/** `90s`, `15m`, `36h`, `2d`, `1w` to milliseconds; null for everything else. */
export function parseDurationMs(duration: string): number | null {
  const match = /^\s*(\d+(?:\.\d+)?)\s*([smhdw])\s*$/i.exec(duration);
  if (!match) return null;
  const unitMs = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 }[
    match[2]!.toLowerCase()
  ];
  return unitMs === undefined ? null : Number(match[1]) * unitMs;
}
