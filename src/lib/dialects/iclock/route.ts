import type { WireRequest } from '../dialect.js';

/** Where a request of the `/iclock/` family goes, whatever its spelling (adms.md 3 and 4). */

const ROOT = '/iclock/';
/** Calls and tables that only access control firmware makes (adms.md 2). */
const SECURITY_ENDPOINTS = new Set(['registry', 'push', 'rtdata', 'querydata', 'exchange']);
const SECURITY_TABLES = new Set(['RTLOG', 'RTSTATE', 'IRSTATE', 'TABLEDATA', 'TRANSACTION']);

/**
 * The endpoint in lower case without `.aspx`: `cdata`, `getrequest`, …; '' for the bare root; null when the path is
 * not of this family. A prefix before `/iclock/` is served too: terminals put the path of their server address there,
 * and some repeat `/iclock/iclock/`.
 */
export function endpointOf(path: string): string | null {
  if (path === '/iclock/cdata') return 'cdata';
  const lower = path.toLowerCase();
  const root = `${lower}/`.lastIndexOf(ROOT);
  if (root < 0) return null;
  const endpoint = lower.slice(root + ROOT.length);
  return endpoint.endsWith('.aspx') ? endpoint.slice(0, -5) : endpoint;
}

/** The table in capitals; '' when the request names none. */
export function tableOf(request: WireRequest): string {
  const table = request.query.get('table');
  if (table === undefined || table === 'ATTLOG') return table ?? '';
  return table.trim().toUpperCase();
}

/** True when the request itself shows that access control firmware speaks. */
export function isSecurity(request: WireRequest, endpoint: string): boolean {
  if (SECURITY_ENDPOINTS.has(endpoint)) return true;
  if (request.query.get('devicetype')?.toLowerCase() === 'acc') return true;
  return endpoint === 'cdata' && SECURITY_TABLES.has(tableOf(request));
}
