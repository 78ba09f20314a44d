import { isPlainObject, type Tree } from './tree.js';

/**
 * Spreads `database.url` over the five single keys; the URL wins, since it was given as a whole.
 * @returns the faults, none of which shows what stands in the address
 */
export function expandDatabaseUrl(tree: Tree): string[] {
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
