import { dirname, isAbsolute, resolve, win32 } from 'node:path';
import { readEnvironment } from '../config/environment.js';
import { takeUnknownKeys } from '../config/faults.js';
import { mergeSettings } from '../config/merge.js';
import { holdsPlainPassword } from '../config/plain-password.js';
import { openSecrets } from '../config/secrets.js';
import { isPlainObject, mergeTrees, setPath, type Tree } from '../config/tree.js';
import type { Config } from '../config.js';
import { HipError } from '../errors.js';
import { read } from './answers.js';
import { type Found, readFiles } from './files.js';
import { previousHere, type Surroundings } from './place.js';
import type { Prompt } from './prompt.js';

/** Everything that is known before the first question. */
export interface Known {
  /** What is to be written where no answer changes it: only settings that somebody has set. */
  readonly settings: Tree;
  /** The same with all defaults, passwords open. */
  readonly config: Config;
  /** The database is the previous system's. */
  readonly isImported: boolean;
  readonly notes: readonly string[];
}

export interface KnownOptions extends Surroundings {
  readonly from: string | undefined;
  readonly given: Readonly<Record<string, unknown>>;
  readonly prompt: Prompt | null;
}

/** From weak to strong: what is there, the previous system, environment, flags. */
export async function gather(here: Found, options: KnownOptions): Promise<Known> {
  const previous = await findPrevious(options);
  const environment = readEnvironment(options.env);
  const given: Tree = {};
  for (const [path, value] of Object.entries(options.given)) {
    if (value !== undefined) setPath(given, path.split('.'), value);
  }
  const notes = [...here.notes, ...(previous?.notes ?? []), ...environment.notes];
  const trees = [
    ...here.trees,
    ...portTree(previous, here),
    ...(previous?.trees ?? []),
    environment.tree,
    given,
  ];
  const files = [...here.files, ...(previous?.files ?? [])];
  const config = mergeSettings(trees, { files, environment });
  const isNamedAnew = [environment.tree, given].some((tree) => nameOfHost(tree) !== undefined);
  const opened = await open(config, { notes, prompt: options.prompt });
  return {
    settings: mergeTrees(...trees),
    config: opened,
    isImported: !isNamedAnew && (previous ?? here).isPrevious,
    notes,
  };
}

/** Terminals send to where they always sent. */
function portTree(previous: Found | null, here: Found): Tree[] {
  const port = previous?.serverPort ?? here.serverPort;
  return port === null ? [] : [{ serve: { port } }];
}

function nameOfHost({ database }: Tree): unknown {
  return isPlainObject(database) ? database.host : undefined;
}

/** @throws {HipError} HIP_NOT_FOUND when a folder without such files is named */
async function findPrevious(options: KnownOptions): Promise<Found | null> {
  const { from, cwd, prompt } = options;
  if (from !== undefined) return readPrevious(resolve(cwd, from));
  if (prompt === null) return null;
  const text = 'Folder of the previous program, to take its settings over (- for none)';
  for (;;) {
    const folder = await prompt.ask({ text, preset: previousHere(options) ?? '-', read: read.optional });
    if (folder === null) return null;
    try {
      return readPrevious(resolve(cwd, folder));
    } catch (error) {
      if (!(error instanceof HipError)) throw error;
      prompt.say(`  ${error.message}`);
    }
  }
}

function readPrevious(place: string): Found {
  const folder = /\.json$/i.test(place) ? dirname(place) : place;
  const found = readFiles(resolve(folder, 'config.json'));
  if (found.files.length === 0) {
    throw new HipError('HIP_NOT_FOUND', `${folder} holds neither config.json nor credentials.json.`, {
      suggestions: ['Name the folder of the previous program: --from DIR'],
    });
  }
  const notes = [...found.notes];
  const trees = found.trees.map((tree) => {
    // A key of another program is no reason not to take over the rest.
    notes.push(...takeUnknownKeys(tree).map((fault) => `${folder}: ${fault}; ignored.`));
    return absolute(tree, folder);
  });
  if (trees.some(holdsPlainPassword)) {
    notes.push(`${folder} still holds the password in plain: delete it when the previous program is gone.`);
  }
  return { ...found, trees, notes };
}

/** A service starts in another folder than the previous program did. */
function absolute(tree: Tree, folder: string): Tree {
  const { sync } = tree;
  if (!isPlainObject(sync)) return tree;
  const place = (path: unknown): unknown =>
    typeof path !== 'string' || isAbsolute(path) || win32.isAbsolute(path) ? path : resolve(folder, path);
  const { logDir, accessDb } = sync;
  return mergeTrees(tree, {
    sync: {
      ...(logDir !== undefined && { logDir: place(logDir) }),
      ...(Array.isArray(accessDb) && { accessDb: accessDb.map(place) }),
    },
  });
}

/** What another PC has sealed is asked for again where there is somebody to ask. */
async function open(
  config: Config,
  { notes, prompt }: { readonly notes: string[]; readonly prompt: Prompt | null },
): Promise<Config> {
  try {
    return (await openSecrets({ config })).config;
  } catch (error) {
    if (prompt === null || !(error instanceof HipError) || error.code !== 'HIP_CREDENTIALS_SEALED')
      throw error;
    prompt.say(error.message);
    notes.push('Passwords that were sealed by another PC were left out.');
    const { database, sync } = config;
    return {
      ...config,
      database: { ...database, password: null },
      sync: { ...sync, accessPassword: null },
    };
  }
}
