import { createAdmsDialect } from './adms.js';
import { createAdmsSecurityDialect } from './adms-security.js';
import type { Dialect } from './dialect.js';
import { createFkwebDialect } from './fkweb/index.js';
import { createPlainDialect } from './plain.js';

/**
 * All dialects in the order in which they are asked; the first that claims a request reads it. Each call makes new
 * ones, with state of their own.
 */
export function createDialects(): readonly Dialect[] {
  return [
    // Goes first: its requests are told by their headers, whatever the path.
    createFkwebDialect(),
    createAdmsSecurityDialect(),
    createAdmsDialect(),
    // Takes any path, so it comes last.
    createPlainDialect(),
  ];
}
