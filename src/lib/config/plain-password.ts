import { statSync } from 'node:fs';
import { isSealed } from '../windows/sealed.js';
import { isPlainObject, type Tree } from './tree.js';

/** Settings of one file, among them perhaps a password that stands there for anybody to read. */
export function holdsPlainPassword({ database, sync }: Tree): boolean {
  const { password, url } = isPlainObject(database) ? database : ({} as Tree);
  const accessPassword = isPlainObject(sync) ? sync.accessPassword : undefined;
  return (
    [password, accessPassword].some(isPlain) || (typeof url === 'string' && /:\/\/[^/@]*:[^/@]+@/.test(url))
  );
}

function isPlain(password: unknown): boolean {
  return password !== undefined && password !== null && password !== '' && !isSealed(String(password));
}

/** More than the owner may read or write it. On Windows rights are access lists, and this says nothing. */
export function isLoose(file: string): boolean {
  return process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0;
}

/** What a person should be told of the file; null where all is well. */
export function adviceOn(file: string, tree: Tree): string | null {
  if (!holdsPlainPassword(tree)) return null;
  if (process.platform === 'win32') return `${file} holds a password in plain: hip init seals it.`;
  return isLoose(file)
    ? `Others on this PC can read the password in ${file}: hip init puts it into a file of its own.`
    : null;
}
