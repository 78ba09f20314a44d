import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { translateOldNames } from '../config/aliases.js';
import { readJson } from '../config/json-file.js';
import { isUntouched, machineConfigDir } from '../config/locate.js';

export interface Surroundings {
  /** `--config` */
  readonly named: string | undefined;
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
}

/**
 * The file that hip will read afterwards: the named one; the one in this folder, unless it says nothing or is the
 * previous system's, which stays as it is for the day somebody wants to go back; else the machine's, where this user
 * may have one.
 */
export function chooseFile({ named, env, cwd }: Surroundings): string {
  const given = named ?? env.HIP_CONFIG;
  if (given !== undefined) return resolve(cwd, given);
  const local = join(cwd, 'config.json');
  if (existsSync(local) && !isPrevious(local) && !isUntouched([readJson(local)])) return local;
  const isForMachine = process.platform === 'win32' || process.getuid?.() === 0;
  return isForMachine ? join(machineConfigDir(env), 'config.json') : local;
}

/** The previous system's folder, where the command was called in it; null elsewhere. */
export function previousHere({ cwd }: Pick<Surroundings, 'cwd'>): string | null {
  const file = join(cwd, 'config.json');
  return existsSync(file) && isPrevious(file) ? cwd : null;
}

function isPrevious(file: string): boolean {
  return translateOldNames(readJson(file)).understood.length > 0;
}
