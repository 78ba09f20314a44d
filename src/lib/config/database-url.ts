import { isPlainObject, type Tree } from './tree.js';

/**
 * Spreads `database.url` over the five single keys; the URL wins, since it was given as a whole.
 * @param name as it was given by
 * @returns the faults, none of which shows what stands in the address
 */
export function expandDatabaseUrl(tree: Tree, name: string): string[] {
  const database = tree.database;
  if (!isPlainObject(database) || typeof database.url !== 'string' || database.url === '') return [];
  const url = parseUrl(database.url);
  if (typeof url === 'string') return [`${name} ${url}`];
  const said = [url.username, url.password, url.pathname.slice(1)].map(decoded);
  if (said.includes(null))
    return [`${name} has a % that stands for nothing: write %25 for the character itself`];
  const [user, password, schema] = said;
  database.url = null;
  database.host = url.hostname.replace(/^\[|\]$/g, '');
  if (url.port !== '') database.port = Number(url.port);
  if (user) database.user = user;
  if (password) database.password = password;
  if (schema) database.database = schema;
  return [];
}

const FORM = 'write mysql://user:password@host:3306/schema';
/** Passwords are what these characters come from. */
const ENCODED = 'with %40 for @, %2F for /, %3A for :, %3F for ? and %23 for # in the password';

/** The parts, or what is wrong with the whole. */
function parseUrl(text: string): URL | string {
  const scheme = /^\s*(?:mysql|mariadb):\/\//i.exec(text)?.[0];
  if (scheme === undefined) return `must begin with mysql:// or mariadb://: ${FORM}`;
  if (!isUnambiguous(text.slice(scheme.length))) return `can be read in several ways: ${FORM}, ${ENCODED}`;
  try {
    return new URL(text);
  } catch {
    // The parser quotes the address in its message.
    return `is no address: ${FORM}, ${ENCODED}`;
  }
}

/**
 * A password with an unescaped `/`, `?` or `#` ends the part before the host, and its beginning would be taken for
 * host and port, which every message shows: then the real `@` stands behind. One before them is the password's own,
 * for no host has any.
 */
function isUnambiguous(rest: string): boolean {
  return !/[/?#].*@/s.test(rest);
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
