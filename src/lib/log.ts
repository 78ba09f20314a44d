/** What adapters may do with a log: structured fields first, then one sentence for people. No secrets, ever. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** For tests and for commands that report by other means. */
export const silentLog: Log = { debug: drop, info: drop, warn: drop, error: drop };

function drop(): void {
  // Deliberately nothing: the caller reports by other means.
}
