import { resolve } from 'node:path';
import { parseDay, parseDurationMs } from '../../config/sync-schema.js';
import type { LoadedConfig } from '../../config.js';
import type { CsvSettings } from '../../formats/csv.js';
import type { FormatContext } from '../../formats/format.js';
import type { Schedule } from '../../schedule.js';
import type { Source } from '../../sync/discover.js';
import type { SyncSettings } from '../../sync/parts.js';
import { createWallClock } from '../../time-zone.js';

/** From the configuration to what the parts of `hip sync` are told. */

export function syncSettings({ config }: LoadedConfig): SyncSettings {
  const { sync } = config;
  return {
    sources: syncSources({ config }),
    ignoreBefore: sync.ignoreFilesBefore === null ? null : firstMoment(sync.ignoreFilesBefore),
    forcedFormat: sync.format,
    archive: sync.archive === 'move',
    staleAfterMs: staleAfterMs({ config }),
  };
}

export function syncSources({ config }: Pick<LoadedConfig, 'config'>): readonly Source[] {
  const { logDir, accessDb } = config.sync;
  const databases = accessDb.map((path): Source => ({ kind: 'database', path: resolve(path) }));
  return logDir === null ? databases : [{ kind: 'folder', path: resolve(logDir) }, ...databases];
}

export function staleAfterMs({ config }: Pick<LoadedConfig, 'config'>): number | null {
  return config.sync.staleAfter === null ? null : parseDurationMs(config.sync.staleAfter);
}

/**
 * Loads what reads schedules only here: every start of `hip sync --once` and `hip status` would pay for it.
 * @throws {HipError} HIP_CONFIG_INVALID
 */
export async function uploadSchedule({ config }: LoadedConfig): Promise<Schedule> {
  const { parseSchedule } = await import('../../schedule.js');
  return parseSchedule(config.sync.uploadTimes, syncZone({ config }));
}

export function csvSettings({ config }: LoadedConfig): CsvSettings | null {
  const { columns, delimiter } = config.sync.csv;
  const given = Object.entries(columns).filter(([, column]) => column !== undefined);
  if (given.length === 0) return null;
  return { columns: Object.fromEntries(given), ...(delimiter !== null && { delimiter }) };
}

/** @param now the clock is asked anew for each file: a long run may pass midnight */
export function formatContext({ config }: LoadedConfig, now: Date, forced: boolean): FormatContext {
  const { sync } = config;
  return {
    wallNow: createWallClock(sync.timeZone).text(now),
    timeZone: syncZone({ config }),
    machines: new Map(Object.entries(sync.machines)),
    defaultDeviceSn: sync.deviceSn,
    accessDeviceSn: sync.accessDeviceSn,
    dateOrder: sync.dateOrder,
    accessPassword: sync.accessPassword,
    forced,
  };
}

/** What decides, beside its content, which format a file is and what can be read of it. */
export function readerOf(loaded: LoadedConfig, version: string): string {
  const { format } = loaded.config.sync;
  return JSON.stringify([version, format, csvSettings(loaded)]);
}

function syncZone({ config }: Pick<LoadedConfig, 'config'>): string {
  return config.sync.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** Of the day on this PC's calendar. */
function firstMoment(text: string): Date {
  const day = parseDay(text);
  if (day === null) throw new TypeError('sync.ignoreFilesBefore was checked when it was loaded');
  return new Date(day.replace(' ', 'T'));
}
