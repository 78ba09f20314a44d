/**
 * The head of a request or a reply, read as leniently as devices and their vendors' servers write: bare LF, blanks in
 * the target, blanks before a colon, lines that are no header. Read only; nothing is mended or refused.
 */
export interface HttpHead {
  /** Upper case; '' in a reply. */
  readonly method: string;
  /** As sent, but blanks and bytes beyond ASCII percent-encoded, as `hip serve` reads them; '' in a reply. */
  readonly target: string;
  /** 0 in a request. */
  readonly status: number;
  readonly reason: string;
  readonly httpVersion: string;
  /** Name, value, name, value …, names as written. */
  readonly rawHeaders: readonly string[];
}

export type HeadKind = 'request' | 'reply';

/** Longer than any head seen by far; `serve.maxHeaderBytes` is 16 KiB. */
export const MAX_HEAD_BYTES = 64 * 1024;

const METHOD = /^[A-Za-z]{1,20}(?=[ \t])/;
/** As in `hip serve`, to which every other version is no HTTP. */
const VERSION = /^HTTP\/1\.\d$/i;
const STATUS_LINE = /^HTTP\/(\d\.\d)[ \t]+(\d{3})(?:[ \t]+(.*))?$/i;
const BEGINS_REQUEST = /^[A-Za-z]{1,20}(?:[ \t]|$)/;
const BEGINS_REPLY = /^HTTP\/\d\.\d[ \t]/i;

/** True while these first bytes can still become a head. */
export function mayBecomeHead(bytes: Buffer, kind: HeadKind): boolean {
  const lineEnd = bytes.indexOf(10);
  if (lineEnd >= 0) return parseFirstLine(bytes.toString('latin1', 0, lineEnd), kind) !== null;
  const begin = bytes.toString('latin1', 0, 64);
  if (kind === 'request') return BEGINS_REQUEST.test(begin);
  return begin.length < 9 ? 'HTTP/'.startsWith(begin.slice(0, 5).toUpperCase()) : BEGINS_REPLY.test(begin);
}

/** Where the body begins: behind the first empty line. -1 while there is none. `from`: where to look on. */
export function findBody(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(10, from); at >= 0; at = bytes.indexOf(10, at + 1)) {
    if (bytes[at + 1] === 10) return at + 2;
    if (bytes[at + 1] === 13 && bytes[at + 2] === 10) return at + 3;
  }
  return -1;
}

/** @param bytes from the first line to the empty one; `mayBecomeHead` must be true of them */
export function parseHead(bytes: Buffer, kind: HeadKind): HttpHead | null {
  const [first = '', ...lines] = bytes.toString('latin1').split('\n');
  const begin = parseFirstLine(first, kind);
  return begin && { ...begin, rawHeaders: parseHeaders(lines) };
}

/** Blanks in front are not allowed, as in `hip serve`: whether a head begins must not depend on where packets end. */
function parseFirstLine(line: string, kind: HeadKind): Omit<HttpHead, 'rawHeaders'> | null {
  if (isBlank(line.charCodeAt(0))) return null;
  const text = trimBlanks(line.endsWith('\r') ? line.slice(0, -1) : line);
  return kind === 'request' ? parseRequestLine(text) : parseStatusLine(text);
}

/** Method, anything, version. By hand: a pattern for it takes forever on a long line of blanks. */
function parseRequestLine(text: string): Omit<HttpHead, 'rawHeaders'> | null {
  const method = METHOD.exec(text)?.[0];
  if (method === undefined) return null;
  const versionAt = Math.max(text.lastIndexOf(' '), text.lastIndexOf('\t')) + 1;
  const version = text.slice(versionAt);
  const target = trimBlanks(text.slice(method.length, versionAt));
  if (target === '' || !VERSION.test(version)) return null;
  return {
    method: method.toUpperCase(),
    target: encodeTarget(target),
    status: 0,
    reason: '',
    httpVersion: version.slice(5),
  };
}

function parseStatusLine(text: string): Omit<HttpHead, 'rawHeaders'> | null {
  const match = STATUS_LINE.exec(text);
  if (!match) return null;
  const [, httpVersion = '', status = '', reason = ''] = match;
  return { method: '', target: '', status: Number(status), reason, httpVersion };
}

/** As `hip serve` has it, a folded line shares the lot of the line it continues. */
function parseHeaders(lines: readonly string[]): string[] {
  const headers: string[] = [];
  let isHeader = false;
  for (const raw of lines) {
    const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
    if (isBlank(line.charCodeAt(0))) {
      if (isHeader) headers.push(`${headers.pop()} ${trimBlanks(line)}`);
      continue;
    }
    const colon = line.indexOf(':');
    isHeader = colon > 0;
    if (isHeader) headers.push(trimBlanks(line.slice(0, colon)), trimBlanks(line.slice(colon + 1)));
  }
  return headers;
}

function encodeTarget(target: string): string {
  return target.replace(
    /[^!-~]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
}

/** Blank and tab only, as the protocol has it; `trim()` takes byte 0xA0 as well. */
function trimBlanks(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text.charCodeAt(start))) start += 1;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

function isBlank(code: number): boolean {
  return code === 32 || code === 9;
}
