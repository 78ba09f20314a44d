import { isPlainObject, setPath } from './tree.js';

/**
 * The names of the previous programs. Those with a meaning here keep working unchanged; those without are named in
 * one warning, so that an old file never stops hip from starting.
 */

const ALIASES: Readonly<
  Record<string, { readonly path: string; readonly read: (value: unknown) => unknown }>
> = {
  LOG_DIR: { path: 'sync.logDir', read: emptyIsNull },
  UPLOAD_TIMES: { path: 'sync.uploadTimes', read: list },
  IGNORE_FILES_BEFORE: { path: 'sync.ignoreFilesBefore', read: emptyIsNull },
  ACCESS_DB_PATH: { path: 'sync.accessDb', read: list },
  ACCESS_PASSWORD: { path: 'sync.accessPassword', read: emptyIsNull },
  BATCH_SIZE: { path: 'forwarder.batchRows', read: asIs },
};

/** Every old name that has a meaning here. */
export const OLD_NAMES: readonly string[] = [...Object.keys(ALIASES), 'DB_CONFIG'];

const MEANINGLESS = new Set([
  'LAST_SYNC_FILE',
  'SYNC_INTERVAL_SECONDS',
  'SYNC_INTERVAL',
  'SERVER_PORT',
  'SERVER_HOST',
  'DEVICE_IP',
  'DEVICE_PORT',
  'DEVICE_SN',
  'DEVICES',
  'LOG_FILE',
  'LOG_LEVEL',
  'PROCESSED_DIR',
  'TABLE_NAME',
  'DB_TABLE',
  'RETRY_COUNT',
  'RETRY_DELAY',
  'TIMEOUT',
  'COMM_KEY',
  'AUTO_START',
]);

/** How the keys of `credentials.json` are called here; null is known but without meaning. */
const CREDENTIALS: Readonly<Record<string, string | null>> = {
  user: 'user',
  username: 'user',
  password: 'password',
  host: 'host',
  database: 'database',
  port: 'port',
  connection_timeout: 'connectTimeoutMs',
  connect_timeout: 'connectTimeoutMs',
  raise_on_warnings: null,
  autocommit: null,
  charset: null,
  collation: null,
  use_pure: null,
  auth_plugin: null,
  buffered: null,
  pool_name: null,
  pool_size: null,
};

export interface Translated {
  readonly tree: Record<string, unknown>;
  /** Old keys that were understood. */
  readonly understood: readonly string[];
  /** Old keys that mean nothing here. */
  readonly ignored: readonly string[];
}

/** Replaces the old names in a parsed `config.json` by ours; everything else is left for the schema to judge. */
export function translateOldNames(input: Record<string, unknown>): Translated {
  const tree: Record<string, unknown> = {};
  const understood: string[] = [];
  const ignored: string[] = [];
  for (const [key, value] of Object.entries(input)) {
    const alias = ALIASES[key];
    if (alias) {
      setPath(tree, alias.path.split('.'), alias.read(value));
      understood.push(key);
    } else if (MEANINGLESS.has(key)) {
      ignored.push(key);
    } else if (key === 'DB_CONFIG' && isPlainObject(value)) {
      const credentials = translateCredentials(value);
      setPath(tree, ['database'], {
        ...credentials.tree,
        ...(isPlainObject(tree.database) ? tree.database : {}),
      });
      understood.push(key);
      ignored.push(...credentials.ignored);
    } else if (isPlainObject(value) && isPlainObject(tree[key])) {
      tree[key] = { ...(tree[key] as object), ...value };
    } else {
      tree[key] = value;
    }
  }
  return { tree, understood, ignored };
}

/** `credentials.json`: `{ "DB_CONFIG": {…} }` or the same keys flat; gives the tree of `database`. */
export function translateCredentials(input: Record<string, unknown>): Translated {
  const source = isPlainObject(input.DB_CONFIG) ? input.DB_CONFIG : input;
  const tree: Record<string, unknown> = {};
  const understood: string[] = [];
  const ignored: string[] = [];
  for (const [key, value] of Object.entries(source)) {
    const name = CREDENTIALS[key.toLowerCase()];
    if (name === undefined) {
      tree[key] = value;
      continue;
    }
    if (name === null) {
      ignored.push(key);
      continue;
    }
    // The previous programs counted this one in seconds.
    tree[name] =
      name === 'connectTimeoutMs' && typeof value === 'number' ? value * 1000 : numeric(name, value);
    understood.push(key);
  }
  return { tree, understood, ignored };
}

function numeric(name: string, value: unknown): unknown {
  return name === 'port' && typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
}

function asIs(value: unknown): unknown {
  return value;
}

function list(value: unknown): unknown {
  if (value === null || value === '') return [];
  return Array.isArray(value) ? value : [value];
}

function emptyIsNull(value: unknown): unknown {
  return value === '' ? null : value;
}
