import { join } from 'node:path';
import type { LoadedConfig } from '../../config.js';
import { HipError, messageOf } from '../../errors.js';
import { makeFolder } from '../../journal/folder.js';
import { type Log, type LogSettings, type OpenLog, openLog } from '../../log.js';

/** Where it goes beside the data folder. */
export type LogPlace = Pick<LogSettings, 'terminal' | 'name'>;

/**
 * The log of a program that runs for months: files in the data folder, short lines for whoever watches. A bug that
 * ends the process still gets its stack into it, for the next start is about to hide it.
 * @throws {HipError} HIP_DATA_DIR_UNWRITABLE
 */
export async function openServeLog(
  { config, dataDir }: LoadedConfig,
  place: LogPlace = { terminal: process.stderr },
): Promise<OpenLog> {
  const dir = join(dataDir, 'logs');
  makeFolder(dir);
  const log = await openLog({ level: config.log.level, dir, files: config.log.files, ...place });
  const onBug = (error: unknown): void => logBug(log, error);
  process.on('uncaughtExceptionMonitor', onBug);
  return {
    ...log,
    async close() {
      process.off('uncaughtExceptionMonitor', onBug);
      await log.close();
    },
  };
}

/** What ends the program that nobody has stopped. A HipError is told to whoever started it, and says enough there. */
export function logBug(log: Log, error: unknown): void {
  if (error instanceof HipError) return;
  log.error({ err: error }, `hip fails, and has to be started again: ${messageOf(error)}`);
}
