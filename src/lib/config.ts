import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import * as v from 'valibot';
import { translateCredentials, translateOldNames } from './config/aliases.js';
import { readEnvironment } from './config/environment.js';
import { describeIssue, takeUnknownKeys } from './config/faults.js';
import { type Config, configSchema, keysAt } from './config/schema.js';
import { isPlainObject, mergeTrees, setPath, type Tree } from './config/tree.js';
import { codeOf, HipError, messageOf } from './errors.js';

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
 * @throws {HipError} HIP_CONFIG_INVALID, HIP_CONFIG_UNREADABLE
 */
export function loadConfig(options: LoadOptions = {}): LoadedConfig {
  const env = options.env ?? process.env;
  const cwd = options.cwd ?? process.cwd();
  const notes: string[] = [];
  const file = findConfigFile(options.file ?? env.HIP_CONFIG, cwd, notes);
  const fromFile = file ? readConfigFile(file, notes) : { tree: {}, importedDatabase: false };
  const credentialsFile = join(file ? dirname(file) : cwd, 'credentials.json');
  const credentials = existsSync(credentialsFile) ? readCredentials(credentialsFile, notes) : undefined;
  const environment = readEnvironment(env);
  notes.push(...environment.notes);
  const flags = flagTree(options.flags ?? {});
  const trees = [fromFile.tree, credentials ? { database: credentials } : {}, environment.tree, flags];
  // Each source for itself, so that HIP_DATABASE_HOST still beats a whole address in the file.
  const url = trees.flatMap(expandDatabaseUrl);
  const tree = mergeTrees(...trees);
  const unknown = takeUnknownKeys(tree);
  const parsed = v.safeParse(configSchema, tree);
  const files = [file, credentials ? credentialsFile : undefined].filter((name) => name !== undefined);
  const faults = [
    ...environment.faults,
    ...url,
    ...unknown,
    ...(parsed.issues ?? []).map((issue) => describeIssue(issue, environment.names)),
  ];
  if (!parsed.success || faults.length > 0) throw invalid(faults, files);
  const databaseInEnvironment = [...environment.names.keys()].some((path) =>
    /^database\.(url|host)$/.test(path),
  );
  return {
    config: parsed.output,
    dataDir: resolve(cwd, parsed.output.dataDir ?? defaultDataDir(env)),
    files,
    notes,
    importedDatabase: !databaseInEnvironment && (credentials !== undefined || fromFile.importedDatabase),
  };
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

function readCredentials(file: string, notes: string[]): Tree {
  const { tree, ignored } = translateCredentials(readJson(file));
  const unusual = ignored.filter((key) => key !== 'raise_on_warnings');
  if (unusual.length > 0) notes.push(`${file}: without meaning in hip and ignored: ${unusual.join(', ')}.`);
  return tree;
}

function readJson(file: string): Tree {
  let text: string;
  try {
    // Windows editors put a byte order mark in front; JSON.parse refuses it.
    text = readFileSync(file, 'utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    const why = codeOf(error) === 'ENOENT' ? 'there is no such file' : messageOf(error);
    throw new HipError('HIP_CONFIG_UNREADABLE', `Can't read ${file}: ${why}.`, {
      suggestions: ['Name another file with --config FILE, or leave it out to use the defaults'],
      cause: error,
    });
  }
  let tree: unknown;
  try {
    tree = JSON.parse(text);
  } catch {
    // Without a cause: the parser quotes what it stumbled over, perhaps a password without its quotation marks.
    throw new HipError('HIP_CONFIG_UNREADABLE', `${file} is not JSON: ${jsonFault(text)}.`, {
      suggestions: [
        'Backslashes in Windows paths are written twice: "C:\\\\HIP\\\\log"',
        'Strings need double quotes, and the last entry no comma',
      ],
    });
  }
  if (!isPlainObject(tree))
    throw new HipError('HIP_CONFIG_UNREADABLE', `${file} must hold one JSON object { … }.`);
  return tree;
}

/** A key that may hold a secret, and what follows in its line. */
const SECRET_LINE = /("[^"\n]*(?:password|url)[^"\n]*"[ \t]*:)([^\n]*)/gi;

/** The parser's words, where passwords can't be among them. */
function jsonFault(text: string): string {
  const hidden = text.replace(SECRET_LINE, (_, key: string, rest: string) => {
    return `${key} ""${/[\s,}\]]*$/.exec(rest)?.[0] ?? ''}`;
  });
  try {
    JSON.parse(hidden);
  } catch (error) {
    return messageOf(error);
  }
  return 'the fault is in the line of a password or an address';
}

function flagTree(flags: Readonly<Record<string, unknown>>): Tree {
  const tree: Tree = {};
  for (const [path, value] of Object.entries(flags)) {
    if (value !== undefined) setPath(tree, path.split('.'), value);
  }
  return tree;
}

/** Spreads `database.url` over the five single keys; the URL wins, since it was given as a whole. */
function expandDatabaseUrl(tree: Tree): string[] {
  const database = tree.database;
  if (!isPlainObject(database) || typeof database.url !== 'string' || database.url === '') return [];
  let url: URL;
  try {
    url = new URL(database.url);
  } catch {
    return ['database.url is no address: write mysql://user:password@host:3306/schema'];
  }
  if (!/^(mysql|mariadb):$/.test(url.protocol))
    return ['database.url must begin with mysql:// or mariadb://'];
  const said = [url.username, url.password, url.pathname.slice(1)].map(decoded);
  if (said.includes(null))
    return ['database.url has a % that stands for nothing: write %25 for the character itself'];
  const [user, password, schema] = said;
  database.url = null;
  database.host = url.hostname.replace(/^\[|\]$/g, '');
  if (url.port !== '') database.port = Number(url.port);
  if (user) database.user = user;
  if (password) database.password = password;
  if (schema) database.database = schema;
  return [];
}

/** Null where a percent sign is not followed by two digits. */
function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    // Said by the caller, who knows what the text is part of.
    return null;
  }
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
