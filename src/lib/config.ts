import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import * as v from 'valibot';
import { translateOldNames } from './config/aliases.js';
import { readCredentials } from './config/credentials.js';
import { expandDatabaseUrl } from './config/database-url.js';
import { readEnvironment } from './config/environment.js';
import { describeIssue, takeUnknownKeys } from './config/faults.js';
import { readJson } from './config/json-file.js';
import { type Config, configSchema, keysAt } from './config/schema.js';
import { isPlainObject, mergeTrees, setPath, type Tree } from './config/tree.js';
import { HipError } from './errors.js';

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
  const file = findConfigFile(options.file ?? env.HIP_CONFIG, cwd, notes);
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

/**
 * Several sources, later ones win, to one checked configuration.
 * @throws {HipError} HIP_CONFIG_INVALID with all faults of all of them
 */
export function mergeSettings(trees: readonly Tree[], sources: Sources = {}): Config {
  const { files = [], environment } = sources;
  // Each source for itself, so that HIP_DATABASE_HOST still beats a whole address in the file.
  const url = trees.flatMap(expandDatabaseUrl);
  const tree = mergeTrees(...trees);
  const unknown = takeUnknownKeys(tree);
  const parsed = v.safeParse(configSchema, tree);
  const names = environment?.names ?? new Map<string, string>();
  const issues = (parsed.issues ?? []).map((issue) => describeIssue(issue, names));
  const faults = [...(environment?.faults ?? []), ...url, ...unknown, ...issues];
  if (!parsed.success || faults.length > 0) throw invalid(faults, files);
  return parsed.output;
}

/** Where settings came from, for the words of their faults. */
export interface Sources {
  readonly files?: readonly string[];
  readonly environment?: Pick<ReturnType<typeof readEnvironment>, 'faults' | 'names'>;
}

/** The previous system's `credentials.json` names the server; ours holds passwords only. */
function namesDatabase(credentials: Tree | undefined): boolean {
  return isPlainObject(credentials?.database) && credentials.database.host !== undefined;
}

/** `%ProgramData%\hip` on Windows, `/etc/hip` elsewhere. */
export function machineConfigDir(env: NodeJS.ProcessEnv): string {
  return process.platform === 'win32' ? join(env.ProgramData ?? 'C:\\ProgramData', 'hip') : '/etc/hip';
}

/** One journal for service and user: never a per-user place on Windows, per-user on Linux only without rights. */
function defaultDataDir(env: NodeJS.ProcessEnv): string {
  if (process.platform === 'win32') return join(env.ProgramData ?? 'C:\\ProgramData', 'hip');
  if (existsSync('/var/lib/hip') || process.getuid?.() === 0) return '/var/lib/hip';
  return join(env.XDG_DATA_HOME ?? join(homedir(), '.local', 'share'), 'hip');
}

function findConfigFile(named: string | undefined, cwd: string, notes: string[]): string | undefined {
  if (named !== undefined) return resolve(cwd, named);
  const local = join(cwd, 'config.json');
  if (existsSync(local)) {
    if (holdsOurKeys(readJson(local))) return local;
    notes.push(`${local} holds none of hip's settings and is not used.`);
  }
  const machine = join(machineConfigDir(process.env), 'config.json');
  return existsSync(machine) ? machine : undefined;
}

function holdsOurKeys(tree: Tree): boolean {
  const known = new Set(keysAt([]));
  const { understood } = translateOldNames(tree);
  return understood.length > 0 || Object.keys(tree).some((key) => known.has(key));
}

function readConfigFile(file: string, notes: string[]): { tree: Tree; importedDatabase: boolean } {
  const { tree, understood, ignored } = translateOldNames(readJson(file));
  if (ignored.length > 0) notes.push(`${file}: without meaning in hip and ignored: ${ignored.join(', ')}.`);
  return { tree, importedDatabase: understood.includes('DB_CONFIG') };
}

function flagTree(flags: Readonly<Record<string, unknown>>): Tree {
  const tree: Tree = {};
  for (const [path, value] of Object.entries(flags)) {
    if (value !== undefined) setPath(tree, path.split('.'), value);
  }
  return tree;
}

function invalid(faults: readonly string[], files: readonly string[]): HipError {
  const unique = [...new Set(faults)];
  const where = files.length > 0 ? ` (${files.join(', ')})` : '';
  const message =
    unique.length === 1
      ? `The configuration has a fault${where}: ${unique[0]!.replace(/([^?])$/, '$1.')}`
      : `The configuration has ${unique.length} faults${where}:\n${unique.map((fault) => `- ${fault}`).join('\n')}`;
  return new HipError('HIP_CONFIG_INVALID', message, {
    suggestions: ['All settings with their defaults stand in the README under "Configuration"'],
  });
}
