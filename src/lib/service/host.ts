/**
 * The contract between a program of hip that runs for months and what started it: a terminal, Windows' Service
 * Control Manager, or systemd.
 *
 *   starting -> running -> stopping -> ended
 *   starting -> ended    (start threw: told to whoever started it, with the reason)
 *   running  -> ended    (`failed`: the process fails, and is started anew by the system)
 */
export interface ServiceHost {
  /**
   * Starts the program, tells the system, waits until stopped, drains. Rejects with what kept the program from
   * starting or made it fail; the exit code then speaks too.
   */
  run(program: HostedProgram): Promise<void>;
}

export interface HostedProgram {
  /** Resolves when it does its work; `signal` says that nobody waits for that any more. */
  start(signal: AbortSignal): Promise<HostedRun>;
}

export interface HostedRun {
  /** Rejects on a bug; never resolves. */
  readonly failed: Promise<never>;
  /** Drains what is in flight and closes everything. Called once. */
  stop(): Promise<void>;
}
