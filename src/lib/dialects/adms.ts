import type { Dialect } from './dialect.js';
import { createEndpoints, readUpload } from './iclock/endpoints.js';
import { readEndpoint } from './iclock/read.js';
import { endpointOf } from './iclock/route.js';

/**
 * ZKTeco attendance PUSH 2.x and older (adms.md 3 to 11). Claims every path of the family: access control requests
 * that show themselves are taken by `adms-security`, which is asked first.
 */
export function createAdmsDialect(): Dialect {
  const endpoints = createEndpoints(readUpload);
  return {
    name: 'adms',
    claims: (request) => endpointOf(request.path) !== null,
    read: (request, context) => readEndpoint(request, context, endpoints.get(endpointOf(request.path) ?? '')),
  };
}
