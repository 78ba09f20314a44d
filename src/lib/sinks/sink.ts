/**
 * The contract of a sink: where punches go. Call order: `probe()` any time, `write()` only after a probe without
 * faults, `close()` last; nothing is called after `close()`. Delivery is at least once, so `write` must have its
 * effect once however often it is repeated.
 */
export interface Sink {
  /** Target in words, without secrets: `mysql://host:3306/schema.table`. */
  readonly target: string;
  /** How many writes at once are worth it, as far as is known by now; at least 1. */
  readonly parallelWrites: number;
  /** Looks at the chain up to the table. Never throws for an expected outcome: faults are values. */
  probe(): Promise<SinkProbe>;
  /**
   * Resolves to the keys that are in the target now and those it can never take. What is in neither is kept.
   * @throws {SinkUnavailable} when the whole batch is to be kept
   */
  write(batch: readonly SinkPunch[]): Promise<WriteResult>;
  close(): Promise<void>;
}

/** One row to write. */
export interface SinkPunch {
  /** Opaque; handed back in the result. */
  readonly key: number;
  /** Already mapped: the `device_sn` that goes into the table. */
  readonly deviceName: string;
  readonly userId: string;
  readonly time: string;
  readonly status: number | null;
  readonly verify: number | null;
  readonly raw: string;
}

export interface WriteResult {
  readonly accepted: readonly number[];
  /** How many of the accepted were new rows; the rest stood there already. Null when the target can't tell. */
  readonly inserted: number | null;
  readonly rejected: readonly Rejection[];
}

export interface Rejection {
  readonly key: number;
  /** The target's own error code, e.g. `ER_TRUNCATED_WRONG_VALUE`. */
  readonly code: string;
  readonly message: string;
}

export interface SinkProbe {
  readonly reachable: boolean;
  /** Faults of connection or table; empty means punches can be forwarded. */
  readonly faults: readonly SinkFault[];
  /** True when there was no table and this probe made one, empty. */
  readonly created: boolean;
  /** What was done or seen that a person should read once (`created the table device_logs`). */
  readonly notes: readonly string[];
}

export interface SinkFault {
  /** A code of the error catalogue, e.g. `HIP_DB_LOGIN`. */
  readonly code: string;
  readonly message: string;
  /** The one thing to do next, as a sentence or a command. */
  readonly remedy: string;
  /** True when waiting may cure it (line down); false when a person must act (wrong password, narrow column). */
  readonly transient: boolean;
}

/** The whole batch is to be kept and tried again later. */
export class SinkUnavailable extends Error {
  readonly fault: SinkFault;

  constructor(fault: SinkFault, cause?: unknown) {
    super(fault.message, { cause });
    this.name = 'SinkUnavailable';
    this.fault = fault;
  }
}
