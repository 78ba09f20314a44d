import type { WireRequest } from '../dialect.js';

/**
 * Upload stamps (adms.md 6). Kept as text and handed back at the next handshake, never used as a cursor: new
 * firmware always sends 9999, others an ISO time or a big integer.
 */

/** What goes back into a line of the option block must not break it. */
const STAMP = /^[A-Za-z0-9:.+_ -]{1,64}$/;

/** Names under which a device sends a table's stamp; the query is in lower case. */
const SHORT_NAMES: Readonly<Record<string, string>> = { OPERLOG: 'opstamp', ATTPHOTO: 'photostamp' };

const NO_STAMPS: Readonly<Record<string, string>> = {};

export function stampsOf(request: WireRequest, table: string): Readonly<Record<string, string>> {
  const { query } = request;
  const stamp =
    query.get('stamp') ??
    query.get(SHORT_NAMES[table] ?? 'stamp') ??
    query.get(`${table.toLowerCase()}stamp`);
  return stamp !== undefined && STAMP.test(stamp) ? { [table]: stamp } : NO_STAMPS;
}
