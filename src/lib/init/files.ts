import {
  closeSync,
  existsSync,
  fchmodSync,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { translateOldNames } from '../config/aliases.js';
import { readCredentials } from '../config/credentials.js';
import { readJson } from '../config/json-file.js';
import { isPlainObject, type Tree } from '../config/tree.js';
import { HipError, messageOf } from '../errors.js';
import { makeFolder } from '../make-folder.js';

/** The two files of a configuration: found beside each other, and written so that a power cut leaves old or new. */

export interface Found {
  /** By our names, passwords included (perhaps sealed); later ones win. */
  readonly trees: readonly Tree[];
  /** Uses names of the previous system, or its way to name the database. */
  readonly isPrevious: boolean;
  readonly notes: readonly string[];
  /** What was there, absolute. */
  readonly files: readonly string[];
  /** `SERVER_PORT` of the previous system: where the terminals send to today. */
  readonly serverPort: number | null;
}

/** @throws {HipError} HIP_CONFIG_UNREADABLE */
export function readFiles(configFile: string): Found {
  const notes: string[] = [];
  const raw = existsSync(configFile) ? readJson(configFile) : undefined;
  const settings = translateOldNames(raw ?? {});
  // Loose rights are no reason to refuse: they are what is about to be mended.
  const credentials = readCredentials({ folder: dirname(configFile), env: {}, notes, refuseLoose: false });
  if (credentials?.withheld) throw credentials.withheld;
  const ignored = settings.ignored.filter((key) => key !== 'SERVER_PORT');
  if (ignored.length > 0)
    notes.push(`${configFile}: without meaning in hip and ignored: ${ignored.join(', ')}.`);
  const database = credentials?.tree.database;
  return {
    trees: [settings.tree, credentials?.tree ?? {}],
    isPrevious: settings.understood.length > 0 || (isPlainObject(database) && database.host !== undefined),
    notes,
    files: [raw ? configFile : undefined, credentials?.file].filter((file) => file !== undefined),
    serverPort: portOf(raw?.SERVER_PORT),
  };
}

function portOf(value: unknown): number | null {
  const port = Number(value);
  return Number.isInteger(port) && port > 0 && port < 65_536 ? port : null;
}

export interface Placed {
  readonly file: string;
  readonly tree: Tree;
  /** Read by its owner alone; else its rights stay as they are, for all to read where it is new. */
  readonly secret: boolean;
}

/** @throws {HipError} HIP_CONFIG_UNWRITABLE */
export function writeJson({ file, tree, secret }: Placed): void {
  const making = join(dirname(file), `.${process.pid}.${Date.now()}.new`);
  try {
    makeFolder(dirname(file));
    const mode = secret ? 0o600 : (statSync(file, { throwIfNoEntry: false })?.mode ?? 0o644) & 0o777;
    const handle = openSync(making, 'wx', mode);
    try {
      // Whatever the umask of who runs it: the service's account reads the settings.
      fchmodSync(handle, mode);
      writeSync(handle, `${JSON.stringify(tree, null, 2)}\n`);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(making, file);
  } catch (error) {
    if (existsSync(making)) rmSync(making);
    const how = process.platform === 'win32' ? 'as administrator' : 'with sudo';
    throw new HipError('HIP_CONFIG_UNWRITABLE', `Can't write ${file}: ${messageOf(error)}.`, {
      suggestions: [`Run hip init ${how}`, 'Or choose another place with --config FILE'],
      cause: error,
    });
  }
}
