import { readFileSync } from 'node:fs';
import { codeOf, HipError, messageOf } from '../errors.js';
import { isPlainObject, type Tree } from './tree.js';

/** @throws {HipError} HIP_CONFIG_UNREADABLE, with nothing secret of the file in it */
export function readJson(file: string): Tree {
  let text: string;
  try {
    text = decode(readFileSync(file));
  } catch (error) {
    const why = REASONS[codeOf(error)] ?? messageOf(error);
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

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
};

/** Windows PowerShell writes UTF-16 unless told otherwise, and editors a byte order mark, which JSON.parse refuses. */
function decode(bytes: Buffer): string {
  const isUtf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
  return bytes.toString(isUtf16 ? 'utf16le' : 'utf8').replace(/^\uFEFF/, '');
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
