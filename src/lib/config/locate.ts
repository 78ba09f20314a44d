import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { HipError } from '../errors.js';
import { translateOldNames } from './aliases.js';
import { readJson } from './json-file.js';
import { mergeSettings } from './merge.js';
import { keysAt } from './schema.js';
import { mergeTrees, type Tree } from './tree.js';

export interface LookUp {
  /** `--config` or HIP_CONFIG */
  readonly named: string | undefined;
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** Told what was passed over. */
  readonly notes?: string[];
}

/** `%ProgramData%\hip` on Windows, `/etc/hip` elsewhere. */
export function machineConfigDir(env: NodeJS.ProcessEnv): string {
  return process.platform === 'win32' ? join(env.ProgramData || 'C:\\ProgramData', 'hip') : '/etc/hip';
}

/** The named file, else the one in this folder, else the machine's; undefined where there is none. */
export function findConfigFile({ named, env, cwd, notes = [] }: LookUp): string | undefined {
  if (named !== undefined) return resolve(cwd, named);
  const local = join(cwd, 'config.json');
  const machine = join(machineConfigDir(env), 'config.json');
  if (existsSync(local)) {
    const tree = readJson(local);
    // The file that comes with hip, unchanged, says less than what this PC was set up with.
    const isSilent = existsSync(machine) && isUntouched([tree]);
    if (holdsOurKeys(tree) && !isSilent) return local;
    notes.push(
      isSilent
        ? `${local} changes nothing and is not used, but ${machine}.`
        : `${local} holds none of hip's settings and is not used.`,
    );
  }
  return existsSync(machine) ? machine : undefined;
}

/** Nothing in it differs from the defaults. */
export function isUntouched(trees: readonly Tree[]): boolean {
  try {
    const { $schema: _, ...settings } = mergeSettings(
      trees.map((tree) => mergeTrees(translateOldNames(tree).tree)),
    );
    return isDeepStrictEqual(settings, mergeSettings([]));
  } catch (error) {
    if (!(error instanceof HipError)) throw error;
    // Its faults are told when it is loaded.
    return false;
  }
}

function holdsOurKeys(tree: Tree): boolean {
  const known = new Set(keysAt([]));
  const { understood } = translateOldNames(tree);
  return understood.length > 0 || Object.keys(tree).some((key) => known.has(key));
}
