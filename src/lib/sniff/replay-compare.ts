import type { PlainReply } from './explained.js';
import { hide, printable, shorten } from './hide.js';
import { headerOf } from './reply.js';
import { withoutTimeOfDay } from './reply-time.js';

/**
 * Whether two answers are the same to a device. Not compared, because they hang on the moment, the connection or this
 * PC: the headers `Date`, `Connection` and `Content-Length` (the bodies themselves are compared); the time of day in
 * the places that reply-time.ts names, and with `SET_TIME` its `trans_id`; the address and port in the page that
 * greets a browser. Names of headers count to the letter: the BioMax R6 ignores a title-cased one (fkweb.md 1.1).
 */
const FREE_HEADERS = new Set(['date', 'connection', 'content-length']);
const GREETING = /^( {2}Server (?:address|port) +).*$/gm;
const MOST_SHOWN = 100;

/** What is different, in words; empty when nothing is. Null: the connection is closed without an answer. */
export function compareReplies(expected: PlainReply | null, got: PlainReply | null): string[] {
  if (expected === null) return got === null ? [] : [`answered with ${got.status}, expected no answer`];
  if (got === null) return [`no answer, expected ${expected.status}`];
  const status = expected.status === got.status ? [] : [`status ${got.status}, expected ${expected.status}`];
  return [...status, ...differentHeaders(expected, got), ...differentBody(expected, got)];
}

/** True where the one says that there is nothing to do and the other hands out a command. */
export function isCommand(expected: PlainReply | null, got: PlainReply | null): boolean {
  if (expected?.status !== 200 || got?.status !== 200) return false;
  const code = headerOf(expected.headers, 'response_code');
  if (code !== undefined) return code === 'ERROR_NO_CMD' && Boolean(headerOf(got.headers, 'cmd_code'));
  return textOf(expected.body) === 'OK' && /^C:\w+:/.test(textOf(got.body));
}

function differentHeaders(expected: PlainReply, got: PlainReply): string[] {
  const [wanted, found] = [headersOf(expected), headersOf(got)];
  const missing = without(wanted, found).map((line) => `header missing: ${shown(line)}`);
  return [...missing, ...without(found, wanted).map((line) => `header not expected: ${shown(line)}`)];
}

function headersOf({ headers }: PlainReply): string[] {
  const isClock = headerOf(headers, 'cmd_code') === 'SET_TIME';
  return headers.flatMap(([name, value]) => {
    const lower = name.toLowerCase();
    return FREE_HEADERS.has(lower) || (isClock && lower === 'trans_id') ? [] : [`${name}: ${value}`];
  });
}

/** Each line as often as it is more than in the other. */
function without(lines: readonly string[], others: readonly string[]): string[] {
  const left = [...others];
  return lines.filter((line) => {
    const at = left.indexOf(line);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

function differentBody(expected: PlainReply, got: PlainReply): string[] {
  const [wanted, found] = [bodyOf(expected), bodyOf(got)];
  if (wanted === found) return [];
  const [wantedLines, foundLines] = [wanted.split(/\r?\n/), found.split(/\r?\n/)];
  const missing = without(wantedLines, foundLines).map((line) => `body lacks ${shown(line)}`);
  const more = without(foundLines, wantedLines).map((line) => `body has ${shown(line)}`);
  // The same lines, in another order or with other ends.
  return missing.length + more.length > 0
    ? [...missing, ...more]
    : [`body ${shown(found)}, expected ${shown(wanted)}`];
}

function bodyOf({ body }: PlainReply): string {
  return withoutTimeOfDay(textOf(body)).replace(GREETING, '$1');
}

/** One character per byte. */
function textOf(body: Uint8Array): string {
  return Buffer.from(body.buffer, body.byteOffset, body.length).toString('latin1');
}

function shown(text: string): string {
  return shorten(JSON.stringify(printable(hide(text))), MOST_SHOWN);
}
