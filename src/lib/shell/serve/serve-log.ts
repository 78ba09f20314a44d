import { join } from 'node:path';
import type { LoadedConfig } from '../../config.js';
import { makeFolder } from '../../journal/folder.js';
import { type LogSettings, type OpenLog, openLog } from '../../log.js';

/** Where it goes beside the data folder. */
export type LogPlace = Pick<LogSettings, 'terminal' | 'name'>;

/**
 * The log of a program that runs for months: files in the data folder, short lines for whoever watches.
 * @throws {HipError} HIP_DATA_DIR_UNWRITABLE
 */
export async function openServeLog(
  { config, dataDir }: LoadedConfig,
  place: LogPlace = { terminal: process.stderr },
): Promise<OpenLog> {
  const dir = join(dataDir, 'logs');
  makeFolder(dir);
  return openLog({ level: config.log.level, dir, files: config.log.files, ...place });
}
