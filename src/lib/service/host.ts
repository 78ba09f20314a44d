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
  /** What a person should be told of right now; asked once a minute. Absent where nothing of the kind can happen. */
  troubles?(): readonly Trouble[];
  /** Drains what is in flight and closes everything. Called once. */
  stop(): Promise<void>;
}

export interface Trouble {
  /** `journal`: punches can't be stored. `backlog`: they wait for the database for too long. */
  readonly kind: 'journal' | 'backlog';
  readonly reason: string;
}
