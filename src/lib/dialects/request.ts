import type { WireRequest } from './dialect.js';

/** What a transport knows of a request before anyone has looked inside. */
export interface RawRequest {
  readonly method: string;
  readonly target: string;
  /** Name, value, name, value …, as Node's `rawHeaders`. */
  readonly rawHeaders: readonly string[];
  readonly httpVersion: string;
  readonly body: Uint8Array;
  readonly remoteAddress: string;
}

/**
 * Raw request to the form dialects read. Never throws: devices send `//iclock`, absolute targets, stray percent
 * signs and raw UTF-8 (`adms.md` section 3), which `new URL` refuses or misreads as a host name.
 *
 * @param pathPrefix `serve.pathPrefix`, removed when present; requests without it are served as well
 */
export function createWireRequest(raw: RawRequest, pathPrefix = ''): WireRequest {
  const target = raw.target.charCodeAt(0) === SLASH ? raw.target : withoutOrigin(raw.target);
  const mark = target.indexOf('?');
  return {
    method: raw.method === 'POST' || raw.method === 'GET' ? raw.method : raw.method.toUpperCase(),
    target: raw.target,
    path: withoutPrefix(readPath(pathOf(target)), pathPrefix),
    query: mark < 0 ? NO_QUERY : readQuery(target, mark + 1),
    headers: readHeaders(raw.rawHeaders),
    httpVersion: raw.httpVersion,
    body: raw.body,
    remoteAddress: raw.remoteAddress,
  };
}

/** True for a target below `pathPrefix`, which must not be empty. */
export function hasPathPrefix(target: string, pathPrefix: string): boolean {
  const path = readPath(pathOf(withoutOrigin(target)));
  const prefix = withoutDoubles(`/${pathPrefix}`);
  return path === prefix || path.startsWith(`${prefix}/`);
}

const COMPRESSED = /\b(?:gzip|deflate|compress|br|zstd)\b/i;

/**
 * True for a body that is said to be compressed (adms.md section 3: one device, answered with 415). hip does not
 * unpack; read as lines it would be so many unreadable ones, acknowledged, and what they held gone.
 */
export function isCompressed({ headers, body }: WireRequest): boolean {
  return body.length > 0 && COMPRESSED.test(headers.get('content-encoding') ?? '');
}

const SLASH = 47;
const NO_QUERY: ReadonlyMap<string, string> = new Map();
/** `/iclock/cdata` and its like need none of the repairs below; every punch comes through here. */
const CLEAN_PATH = /^(?:\/[\w.-]+)+$/;

function withoutOrigin(target: string): string {
  return target.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '');
}

function pathOf(target: string): string {
  const mark = target.indexOf('?');
  return mark < 0 ? target : target.slice(0, mark);
}

function readPath(rawPath: string): string {
  return CLEAN_PATH.test(rawPath) ? rawPath : withoutDoubles(`/${percentDecode(rawPath)}`);
}

function withoutPrefix(path: string, pathPrefix: string): string {
  if (pathPrefix === '') return path;
  const prefix = withoutDoubles(`/${pathPrefix}`);
  if (path === prefix) return '/';
  return prefix !== '/' && path.startsWith(`${prefix}/`) ? path.slice(prefix.length) : path;
}

/** Single slashes and none at the end. */
function withoutDoubles(path: string): string {
  const single = path.replace(/\/{2,}/g, '/');
  return single.length > 1 && single.endsWith('/') ? single.slice(0, -1) : single;
}

function readQuery(target: string, from: number): ReadonlyMap<string, string> {
  const query = new Map<string, string>();
  for (let start = from; start < target.length; ) {
    let end = target.indexOf('&', start);
    if (end < 0) end = target.length;
    let equals = target.indexOf('=', start);
    if (equals < 0 || equals > end) equals = end;
    if (end > start) {
      const name = lowerCase(percentDecode(target.slice(start, equals)));
      if (!query.has(name)) query.set(name, percentDecode(target.slice(equals + 1, end)));
    }
    start = end + 1;
  }
  return query;
}

function readHeaders(rawHeaders: readonly string[]): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = lowerCase(rawHeaders[i]!);
    if (!headers.has(name)) headers.set(name, rawHeaders[i + 1]!);
  }
  return headers;
}

/** Names repeat with every request; the table saves most of their cost. Bounded, for clients invent names too. */
const LOWER_CASE = new Map<string, string>();
const MAX_NAMES = 256;

function lowerCase(name: string): string {
  const known = LOWER_CASE.get(name);
  if (known !== undefined) return known;
  const lower = name.toLowerCase();
  if (LOWER_CASE.size < MAX_NAMES && name.length <= 64) LOWER_CASE.set(name, lower);
  return lower;
}

function percentDecode(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    // A stray percent sign or a legacy code page: the text as it came is better than no request at all.
    return text;
  }
}
