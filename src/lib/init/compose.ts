import { isPlainObject, mergeTrees, type Tree } from '../config/tree.js';
import type { Answers } from './answers.js';
import type { Known } from './known.js';

export interface Composed {
  /** For `config.json`: no secrets. */
  readonly settings: Tree;
  /** For `credentials.json`, by its names, in plain. */
  readonly secrets: { readonly password?: string; readonly ACCESS_PASSWORD?: string };
}

/** What is known with the answers laid over it, parted into settings and secrets. */
export function compose({ settings, config, isImported }: Known, answers: Answers): Composed {
  const { database, port, logDir, uploadTimes } = answers;
  const laid = mergeTrees(settings, {
    serve: { port },
    database: namesOf(database),
    sync: logDir === null && config.sync.logDir === null ? {} : { logDir, uploadTimes: [...uploadTimes] },
  });
  const { accessPassword } = config.sync;
  return {
    settings: withoutSecrets(laid, isImported && database !== null),
    secrets: {
      ...(database !== null && database.password !== '' && { password: database.password }),
      ...(accessPassword !== null && accessPassword !== '' && { ACCESS_PASSWORD: accessPassword }),
    },
  };
}

function namesOf(database: Answers['database']): Tree {
  if (database === null) return { host: null, user: null, database: null };
  const { host, port, user, database: schema } = database;
  return { host, port, user, database: schema };
}

function withoutSecrets(tree: Tree, isImported: boolean): Tree {
  const { url: _url, password: _password, ...database } = isPlainObject(tree.database) ? tree.database : {};
  const { accessPassword: _access, ...sync } = isPlainObject(tree.sync) ? tree.sync : {};
  // A table of the previous system that is not found is a wrong name, not a missing table.
  const named = isImported ? { createTable: 'no', ...database } : database;
  return { ...tree, database: named, ...(Object.keys(sync).length > 0 && { sync }) };
}
