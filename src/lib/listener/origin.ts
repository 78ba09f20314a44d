import type { WireRequest } from '../dialects/dialect.js';
import { withoutSecrets } from './secrets.js';

/** How quarantined content can be read again later (contract of `JournalEntry.origin`). */
export function originOf({ method, target, headers }: WireRequest): string {
  const rawHeaders = [...headers].filter(([name]) => !SECRET_HEADER.test(name)).flat();
  return JSON.stringify({ method, target: withoutSecrets(target), rawHeaders });
}

const SECRET_HEADER = /token|auth|cookie|secret|pass/i;
