import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { translateOldNames } from './config/aliases.js';
import { readCredentials } from './config/credentials.js';
import { readEnvironment } from './config/environment.js';
import { readJson } from './config/json-file.js';
import { findConfigFile } from './config/locate.js';
import { mergeSettings } from './config/merge.js';
import { adviceOn } from './config/plain-password.js';
import type { Config } from './config/schema.js';
import { isPlainObject, setPath, type Tree } from './config/tree.js';
import { HipError } from './errors.js';

export { machineConfigDir } from './config/locate.js';
export type { Config } from './config/schema.js';

export interface LoadedConfig {
  readonly config: Config;
  /** Absolute folder of journal, logs and locks. */
  readonly dataDir: string;
  /** The files that were read, absolute. */
  readonly files: readonly string[];
  /** Things a person should know once; none stops hip. */
  readonly notes: readonly string[];
  /** True when the database is the previous system's: its table is never created silently. */
  readonly importedDatabase: boolean;
  /** Why this user can't have the credentials: `openSecrets` throws it for who needs them. */
  readonly withheld?: HipError;
}

export interface LoadOptions {
  /** `--config` */
  readonly file?: string | undefined;
  /** Settings given as flags, by path (`serve.port`); undefined ones were not given. */
  readonly flags?: Readonly<Record<string, unknown>>;
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
}

/**
 * The one loader of settings. Order: flag, environment, file, default. All faults are reported together.
 * Passwords may still be sealed: who uses them calls `openSecrets`.
 * @throws {HipError} HIP_CONFIG_INVALID, HIP_CONFIG_UNREADABLE, HIP_CREDENTIALS_LOOSE
 */
export function loadConfig(options: LoadOptions = {}): LoadedConfig {
  const env = options.env ?? process.env;
  const cwd = options.cwd ?? process.cwd();
  const notes: string[] = [];
  const file = findConfigFile({ named: options.file ?? namedBy(env), env, cwd, notes });
  const fromFile = file ? readConfigFile(file, notes) : { tree: {}, importedDatabase: false };
  const credentials = readCredentials({ folder: file ? dirname(file) : cwd, env, notes });
  const environment = readEnvironment(env);
  notes.push(...environment.notes);
  const flags = flagTree(options.flags ?? {});
  const trees = [fromFile.tree, credentials?.tree ?? {}, environment.tree, flags];
  const files = [file, credentials?.file].filter((name) => name !== undefined);
  const config = mergeSettings(trees, { files, environment });
  const inEnvironment = (paths: RegExp): boolean =>
    [...environment.names.keys()].some((path) => paths.test(path));
  const withheld = inEnvironment(/^database\.(url|password)$/) ? undefined : credentials?.withheld;
  if (withheld) notes.push(withheld.message);
  return {
    config,
    dataDir: resolve(cwd, config.dataDir ?? defaultDataDir(env)),
    files,
    notes,
    importedDatabase:
      !inEnvironment(/^database\.(url|host)$/) &&
      (namesDatabase(credentials?.tree) || fromFile.importedDatabase),
    ...(withheld && { withheld }),
  };
}

/** @throws {HipError} HIP_CONFIG_INVALID for an empty one: a script whose variable is not set */
function namedBy({ HIP_CONFIG: file }: NodeJS.ProcessEnv): string | undefined {
  if (file !== '') return file;
  throw new HipError('HIP_CONFIG_INVALID', 'HIP_CONFIG is empty; name a file, or leave it out.');
}

/** The previous system's `credentials.json` names the server; ours holds passwords only. */
function namesDatabase(credentials: Tree | undefined): boolean {
  return isPlainObject(credentials?.database) && credentials.database.host !== undefined;
}

/** One journal for service and user: never a per-user place on Windows, per-user on Linux only without rights. */
function defaultDataDir(env: NodeJS.ProcessEnv): string {
  if (process.platform === 'win32') return join(env.ProgramData || 'C:\\ProgramData', 'hip');
  if (existsSync('/var/lib/hip') || process.getuid?.() === 0) return '/var/lib/hip';
  return join(env.XDG_DATA_HOME || join(homedir(), '.local', 'share'), 'hip');
}

function readConfigFile(file: string, notes: string[]): { tree: Tree; importedDatabase: boolean } {
  const { tree, understood, ignored } = translateOldNames(readJson(file));
  if (ignored.length > 0) notes.push(`${file}: without meaning in hip and ignored: ${ignored.join(', ')}.`);
  const advice = adviceOn(file, tree);
  if (advice !== null) notes.push(advice);
  return { tree, importedDatabase: understood.includes('DB_CONFIG') };
}

function flagTree(flags: Readonly<Record<string, unknown>>): Tree {
  const tree: Tree = {};
  for (const [path, value] of Object.entries(flags)) {
    if (value !== undefined) setPath(tree, path.split('.'), value);
  }
  return tree;
}
