/**
 * Looks at the first request head of a connection before Node's parser does. Node refuses a blank or raw UTF-8 in
 * the target and a doubled Content-Length, even in its lenient mode; a device that sends `Stamp=2026-11-22 08:00`
 * unescaped would never deliver. The repair touches the head only, never a body, and only what has one meaning.
 */
export type Examination =
  | { readonly kind: 'incomplete' }
  /** No HTTP request line: another protocol, TLS, or noise. */
  | { readonly kind: 'foreign' }
  | {
      readonly kind: 'head';
      /** Ready for the parser, ending in the blank line. */
      readonly head: Buffer;
      /** Where the body begins in the bytes examined. */
      readonly bodyAt: number;
      readonly repaired: boolean;
      /** A method that carries data, and nothing that says how much. */
      readonly lengthless: boolean;
    };

const INCOMPLETE: Examination = { kind: 'incomplete' };
const FOREIGN: Examination = { kind: 'foreign' };

const METHOD = /^[A-Za-z]{1,20}(?=[ \t])/;
const VERSION = /^HTTP\/1\.\d$/i;
const HEADER_LINE = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+:/;
const CLEAN_TARGET = /^[!-~]+$/;
const BODYLESS = /^(?:GET|HEAD|DELETE|OPTIONS|TRACE|CONNECT)$/;

/** @param bytes everything the connection has sent so far */
export function examineHead(bytes: Buffer): Examination {
  const start = skipLineEnds(bytes);
  if (start === bytes.length) return INCOMPLETE;
  const lineEnd = bytes.indexOf(10, start);
  if (lineEnd < 0) return mayBecomeRequest(bytes, start) ? INCOMPLETE : FOREIGN;
  const requestLine = readRequestLine(bytes.toString('latin1', start, lineEnd));
  if (!requestLine) return FOREIGN;
  const bodyAt = findBody(bytes, lineEnd);
  if (bodyAt < 0) return INCOMPLETE;
  return mend(bytes.subarray(start, bodyAt), requestLine, bodyAt);
}

/** What can be read of a head, finished or not, that the parser is not to see. */
export function readHead(head: Buffer): {
  method: string;
  target: string;
  httpVersion: string;
  rawHeaders: string[];
} {
  const [first = '', ...lines] = head.toString('latin1').split(/\r?\n/).slice(0, -1);
  const { method, target, version } = readRequestLine(first) ?? {
    method: '',
    target: '',
    version: 'HTTP/1.0',
  };
  const rawHeaders = lines.flatMap((line) => {
    const colon = line.indexOf(':');
    return colon > 0 ? [line.slice(0, colon).trim(), line.slice(colon + 1).trim()] : [];
  });
  return { method, target: encodeTarget(target), httpVersion: version.slice(5), rawHeaders };
}

/** The head of an examination with the length of its body written in. */
export function withLength(head: Buffer, length: number): Buffer {
  const blankLine = head.at(-2) === 13 ? head.length - 2 : head.length - 1;
  return Buffer.concat([
    head.subarray(0, blankLine),
    Buffer.from(`Content-Length: ${length}\r\n`, 'latin1'),
    head.subarray(blankLine),
  ]);
}

interface RequestLine {
  readonly method: string;
  readonly target: string;
  readonly version: string;
}

/**
 * Method, anything, version. Blanks inside the target are wrong but have one meaning: it is all but the first and the
 * last word. By hand, since a pattern for it takes forever on a long line of blanks.
 */
function readRequestLine(line: string): RequestLine | null {
  const text = trimBlanks(withoutCr(line));
  const method = METHOD.exec(text)?.[0];
  if (method === undefined) return null;
  const versionAt = Math.max(text.lastIndexOf(' '), text.lastIndexOf('\t')) + 1;
  const version = text.slice(versionAt);
  const target = trimBlanks(text, method.length, versionAt);
  return target !== '' && VERSION.test(version) ? { method, target, version } : null;
}

function mend(original: Buffer, { method, target, version }: RequestLine, bodyAt: number): Examination {
  const lines = original.toString('latin1').split('\n').slice(1, -2).map(withoutCr);
  const { kept, length, chunked } = mendHeaders(lines);
  const clean =
    CLEAN_TARGET.test(target) && method === method.toUpperCase() && version === version.toUpperCase();
  const repaired = !clean || kept.length !== lines.length || kept.some((line, i) => line !== lines[i]);
  const lengthless = length === undefined && !chunked && !BODYLESS.test(method.toUpperCase());
  if (!repaired) return { kind: 'head', head: original, bodyAt, repaired, lengthless };
  const first = `${method.toUpperCase()} ${encodeTarget(target)} ${version.toUpperCase()}`;
  const head = Buffer.from(`${[first, ...kept].join('\r\n')}\r\n\r\n`, 'latin1');
  return { kind: 'head', head, bodyAt, repaired, lengthless };
}

/**
 * Without lines that are no header, blanks before a colon (Node makes them part of the name), and repeats of an equal
 * Content-Length; unequal ones stay, and fail.
 */
function mendHeaders(lines: readonly string[]): {
  kept: string[];
  length: string | undefined;
  chunked: boolean;
} {
  let length: string | undefined;
  let chunked = false;
  let isKept = false;
  const kept = lines.map(withoutBlankBeforeColon).filter((line, index, all) => {
    // Part of the line before it, whose lot it shares.
    if (isFolded(line)) return isKept;
    isKept = HEADER_LINE.test(line);
    if (/^transfer-encoding:/i.test(line)) chunked = true;
    if (!/^content-length:/i.test(line)) return isKept;
    const value = trimBlanks(line, 'content-length:'.length);
    isKept = value !== length || isFolded(all[index + 1] ?? '');
    length = value;
    return isKept;
  });
  return { kept, length, chunked };
}

function isFolded(line: string): boolean {
  return isBlank(line.charCodeAt(0));
}

function withoutBlankBeforeColon(line: string): string {
  return line.replace(/^([^ \t:]+)[ \t]+:/, '$1:');
}

function encodeTarget(target: string): string {
  return target.replace(
    /[^!-~]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
}

/** Line ends before the request line are allowed; some clients send one after a body. */
function skipLineEnds(bytes: Buffer): number {
  let at = 0;
  while (bytes[at] === 13 || bytes[at] === 10) at += 1;
  return at;
}

/** True while an unfinished first line can still be a request. */
function mayBecomeRequest(bytes: Buffer, start: number): boolean {
  return /^[A-Za-z]{1,20}(?:[ \t]|$)/.test(bytes.toString('latin1', start, start + 64));
}

/** Behind the first empty line, whose line ends may be CR LF or LF. */
function findBody(bytes: Buffer, lineEnd: number): number {
  for (let at = lineEnd; at >= 0; at = bytes.indexOf(10, at + 1)) {
    if (bytes[at + 1] === 10) return at + 2;
    if (bytes[at + 1] === 13 && bytes[at + 2] === 10) return at + 3;
  }
  return -1;
}

/** Blank and tab only, as the protocol has it; `trim()` takes byte 0xA0 as well. */
export function trimBlanks(text: string, from = 0, to = text.length): string {
  let start = from;
  let end = to;
  while (start < end && isBlank(text.charCodeAt(start))) start++;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

function isBlank(code: number): boolean {
  return code === 32 || code === 9;
}

function withoutCr(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}
