import type { RawRequest } from '../dialects/request.js';
import { trimBlanks } from './head.js';

/**
 * The short road. Nearly every request of a terminal is small, clean and whole in one packet; such a one is read
 * here, in a tenth of the time Node's parser and its two streams take. Whatever is not plainly that is left to Node:
 * chunks, expectations, upgrades, pipelining, large bodies, and every head that needs thought.
 */

/** More than that is Node's: small requests are what there are many of. */
export const SHORT_ROAD_BYTES = 65_536;

/** Method, target, version and headers without anything that could be read in two ways. */
const CLEAN_HEAD =
  /^(GET|HEAD|POST) ([!-~]+) HTTP\/(1\.[01])\r\n((?:[!#$%&'*+\-.^_`|~0-9A-Za-z]+:[\t -~\x80-\xff]*\r\n)*)$/;
const LENGTH = /^\d{1,9}$/;
const HEAD_END = '\r\n\r\n';

export interface WholeRequestLimits {
  readonly maxHeaderBytes: number;
  readonly maxBodyBytes: number;
}

/**
 * @param bytes what a connection has sent since its last request
 * @returns 'partial' when only the rest of the body is missing, null when the request is not for the short road (or
 *   not for it yet: its head may still be incomplete)
 */
export function readWholeRequest(
  bytes: Buffer,
  limits: WholeRequestLimits,
  remoteAddress = '',
): RawRequest | 'partial' | null {
  const headEnd = bytes.indexOf(HEAD_END, 0, 'latin1');
  if (headEnd < 0 || headEnd > limits.maxHeaderBytes) return null;
  const match = CLEAN_HEAD.exec(bytes.toString('latin1', 0, headEnd + 2));
  if (!match) return null;
  const [, method, target, httpVersion, lines] = match as unknown as [string, string, string, string, string];
  const rawHeaders = splitHeaders(lines);
  const length = bodyLength(method, rawHeaders);
  if (length === null || length > limits.maxBodyBytes) return null;
  const end = headEnd + HEAD_END.length + length;
  if (end > SHORT_ROAD_BYTES) return null;
  if (bytes.length < end) return 'partial';
  if (bytes.length > end && !isOnlyLineEnds(bytes, end)) return null;
  const body = bytes.subarray(headEnd + HEAD_END.length, end);
  return { method, target, httpVersion, rawHeaders, body, remoteAddress };
}

/** Some clients send a line end behind a body; it belongs to nothing. */
export function isOnlyLineEnds(bytes: Buffer, from: number): boolean {
  for (let i = from; i < bytes.length; i++) if (bytes[i] !== 13 && bytes[i] !== 10) return false;
  return true;
}

/** Name, value, name, value …, as Node's `rawHeaders`. */
function splitHeaders(lines: string): string[] {
  const pairs: string[] = [];
  for (let start = 0; start < lines.length; ) {
    const end = lines.indexOf('\r', start);
    const colon = lines.indexOf(':', start);
    pairs.push(lines.slice(start, colon), trimBlanks(lines, colon + 1, end));
    start = end + 2;
  }
  return pairs;
}

/** Null when the length is not plainly told, or more than a body is asked for. */
function bodyLength(method: string, rawHeaders: readonly string[]): number | null {
  let length: string | undefined;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!;
    // By length first: this runs for every header of every request.
    if (name.length === 14 && name.toLowerCase() === 'content-length') {
      if (length !== undefined) return null;
      length = rawHeaders[i + 1]!;
    } else if (isLongRoad(name)) return null;
  }
  if (length === undefined) return method === 'POST' ? null : 0;
  if (!LENGTH.test(length) || (method !== 'POST' && Number(length) > 0)) return null;
  return Number(length);
}

function isLongRoad(name: string): boolean {
  if (name.length === 6) return name.toLowerCase() === 'expect';
  if (name.length === 7) return name.toLowerCase() === 'upgrade';
  return name.length === 17 && name.toLowerCase() === 'transfer-encoding';
}
