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
  const { path, query } = splitTarget(raw.target, pathPrefix);
  const headers = new Map<string, string>();
  for (let i = 0; i + 1 < raw.rawHeaders.length; i += 2) {
    const name = raw.rawHeaders[i]!.toLowerCase();
    if (!headers.has(name)) headers.set(name, raw.rawHeaders[i + 1]!);
  }
  return {
    method: raw.method.toUpperCase(),
    target: raw.target,
    path,
    query,
    headers,
    httpVersion: raw.httpVersion,
    body: raw.body,
    remoteAddress: raw.remoteAddress,
  };
}

function splitTarget(target: string, pathPrefix: string): Pick<WireRequest, 'path' | 'query'> {
  const withoutOrigin = target.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '');
  const mark = withoutOrigin.indexOf('?');
  const rawPath = mark < 0 ? withoutOrigin : withoutOrigin.slice(0, mark);
  const rawQuery = mark < 0 ? '' : withoutOrigin.slice(mark + 1);
  let path = `/${percentDecode(rawPath)}`.replace(/\/{2,}/g, '/').replace(/(?<=.)\/$/, '');
  const prefix = `/${pathPrefix}`.replace(/\/{2,}/g, '/').replace(/\/$/, '');
  if (prefix !== '' && (path === prefix || path.startsWith(`${prefix}/`)))
    path = path.slice(prefix.length) || '/';
  return { path, query: parseQuery(rawQuery) };
}

function parseQuery(text: string): ReadonlyMap<string, string> {
  const query = new Map<string, string>();
  for (const pair of text.split('&')) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const name = percentDecode(equals < 0 ? pair : pair.slice(0, equals)).toLowerCase();
    if (!query.has(name)) query.set(name, equals < 0 ? '' : percentDecode(pair.slice(equals + 1)));
  }
  return query;
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
