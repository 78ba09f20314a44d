/**
 * The catalogue of everything that can go wrong in a way a person can act on. Expected data outcomes are values,
 * not errors; anything that is not a HipError is a bug.
 */

/** Exit codes of the command line; a contract (README, "Exit codes"). */
export const EXIT = { done: 0, bug: 1, usage: 2, unreachable: 3, needsPerson: 4 } as const;

const CATALOGUE = {
  HIP_CONFIG_INVALID: EXIT.usage,
  HIP_CONFIG_UNREADABLE: EXIT.usage,
  HIP_CONFIG_UNWRITABLE: EXIT.usage,
  HIP_CREDENTIALS_LOOSE: EXIT.usage,
  HIP_CREDENTIALS_SEALED: EXIT.usage,
  HIP_USAGE: EXIT.usage,
  HIP_NOT_FOUND: EXIT.usage,
  HIP_PORT_IN_USE: EXIT.usage,
  HIP_PORT_FORBIDDEN: EXIT.usage,
  HIP_ADDRESS_UNAVAILABLE: EXIT.usage,
  HIP_DATA_DIR_UNWRITABLE: EXIT.usage,
  HIP_FILE_EXISTS: EXIT.usage,
  HIP_FILE_UNREADABLE: EXIT.usage,
  HIP_JOURNAL_NEWER: EXIT.usage,
  HIP_JOURNAL_DAMAGED: EXIT.usage,
  HIP_JOURNAL_IN_USE: EXIT.usage,
  HIP_JOURNAL_UNWRITABLE: EXIT.usage,
  HIP_NO_DATABASE: EXIT.usage,
  HIP_ADDON_BLOCKED: EXIT.usage,
  HIP_NOT_ADMIN: EXIT.usage,
  HIP_SERVICE_FOREIGN: EXIT.usage,
  HIP_SERVICE_MISSING: EXIT.usage,
  HIP_SERVICE_FAILED: EXIT.unreachable,
  HIP_TARGET_UNREACHABLE: EXIT.unreachable,
  HIP_DB_DNS: EXIT.unreachable,
  HIP_DB_CONNECT: EXIT.unreachable,
  HIP_DB_TLS: EXIT.unreachable,
  HIP_DB_LOGIN: EXIT.unreachable,
  HIP_DB_RIGHTS: EXIT.unreachable,
  HIP_DB_SCHEMA: EXIT.unreachable,
  HIP_DB_TABLE_MISSING: EXIT.unreachable,
  HIP_DB_TABLE_UNSAFE: EXIT.unreachable,
  HIP_DB_UNAVAILABLE: EXIT.unreachable,
} as const;

export type HipErrorCode = keyof typeof CATALOGUE;

/** The exit code that belongs to an error code. */
export function exitCodeOf(code: HipErrorCode): number {
  return CATALOGUE[code];
}

export interface HipErrorOptions {
  /** What to do next, each a sentence or a command. */
  readonly suggestions?: readonly string[];
  readonly cause?: unknown;
}

/** In the shape that oclif prints: `code`, one-sentence message, `suggestions`, exit code in `oclif.exit`. */
export class HipError extends Error {
  readonly code: HipErrorCode;
  readonly suggestions: string[];
  readonly oclif: { exit: number };

  constructor(code: HipErrorCode, message: string, options: HipErrorOptions = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'HipError';
    this.code = code;
    this.suggestions = [...(options.suggestions ?? [])];
    this.oclif = { exit: CATALOGUE[code] };
  }
}

/** What people read of an error, for programs. */
export function factsOf({ code, message, suggestions }: HipError): {
  readonly code: HipErrorCode;
  readonly message: string;
  readonly suggestions: readonly string[];
} {
  return { code, message, suggestions };
}

/** The message of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The `code` of a Node or SQLite error (`ENOSPC`, `ECONNREFUSED`, …), or ''. */
export function codeOf(error: unknown): string {
  const code = typeof error === 'object' && error !== null ? (error as { code?: unknown }).code : undefined;
  return typeof code === 'string' ? code : '';
}
