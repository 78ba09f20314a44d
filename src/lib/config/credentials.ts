import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { codeOf, HipError } from '../errors.js';
import { translateCredentials } from './aliases.js';
import { readJson } from './json-file.js';
import { adviceOn, holdsPlainPassword, isLoose } from './plain-password.js';
import type { Tree } from './tree.js';

/** The name under which systemd hands the file to the service (`LoadCredential=`), readable by nobody else. */
export const SYSTEMD_CREDENTIAL = 'hip-credentials';
const FILE = 'credentials.json';

export interface Credentials {
  readonly file: string;
  /** Settings, by the names of the configuration. */
  readonly tree: Tree;
  /** Why this user can't have them; thrown by whoever needs them, for the others are well without. */
  readonly withheld?: HipError;
}

export interface CredentialsPlace {
  /** The configuration's own folder. */
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  readonly notes: string[];
  /** False for who is about to write it anew. */
  readonly refuseLoose?: boolean;
}

/**
 * Reads `credentials.json` from the credentials folder of systemd, else from beside the configuration.
 * @throws {HipError} HIP_CREDENTIALS_LOOSE, HIP_CONFIG_UNREADABLE
 */
export function readCredentials(place: CredentialsPlace): Credentials | undefined {
  const { folder, env, notes } = place;
  const handed = env.CREDENTIALS_DIRECTORY ? join(env.CREDENTIALS_DIRECTORY, SYSTEMD_CREDENTIAL) : undefined;
  const isHanded = handed !== undefined && existsSync(handed);
  const file = isHanded ? handed : join(folder, FILE);
  if (!existsSync(file)) return undefined;
  let content: Tree;
  try {
    content = readJson(file);
  } catch (error) {
    return { file, tree: {}, withheld: whenRefused(error) };
  }
  const { ACCESS_PASSWORD: accessPassword, ...rest } = content;
  const { tree: database, ignored } = translateCredentials(rest);
  const unusual = ignored.filter((key) => key !== 'raise_on_warnings');
  if (unusual.length > 0) notes.push(`${file}: without meaning in hip and ignored: ${unusual.join(', ')}.`);
  const tree: Tree = {
    ...(Object.keys(database).length > 0 && { database }),
    ...(accessPassword !== undefined && { sync: { accessPassword } }),
  };
  // systemd guards its copy by an access list, which shows up as group rights; hip init writes a new one.
  if (!isHanded && place.refuseLoose !== false) guard(file, tree, notes);
  return { file, tree };
}

/** The service's account and administrators may; the office's user has no need to. */
function whenRefused(error: unknown): HipError {
  const refused = error instanceof HipError && /^(EACCES|EPERM)$/.test(codeOf(error.cause));
  if (!refused) throw error;
  const how = process.platform === 'win32' ? 'as administrator' : 'with sudo';
  return new HipError('HIP_CONFIG_UNREADABLE', error.message, {
    suggestions: [`Run the command ${how}, or as the account of the service`],
    cause: error.cause,
  });
}

function guard(file: string, tree: Tree, notes: string[]): void {
  if (holdsPlainPassword(tree) && isLoose(file)) throw loose(file);
  const advice = adviceOn(file, tree);
  if (advice !== null) notes.push(advice);
}

function loose(file: string): HipError {
  return new HipError('HIP_CREDENTIALS_LOOSE', `Others on this PC can read the password in ${file}.`, {
    suggestions: [
      `chmod 600 ${/^[\w./-]+$/.test(file) ? file : `'${file.replaceAll("'", "'\\''")}'`}`,
      'Where rights can not be set, give the password in HIP_DATABASE_PASSWORD',
    ],
  });
}
