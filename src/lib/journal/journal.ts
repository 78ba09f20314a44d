import type { ClockReset } from '../clock-guard/contact.js';
import type { CommandResult, DeviceState, Dropped, Fragment, PendingCommand } from '../dialects/dialect.js';
import type { Punch } from '../punch.js';

/**
 * The contract of the journal: the durable local store of every punch with its delivery state.
 * No SQL, rows or file handles escape. Several processes may have the same journal open.
 *
 * States of a punch:
 *   held      -> waiting            (its device is approved)
 *   waiting   -> delivered          (the sink has it)
 *   waiting   -> rejected           (the sink can never take it)
 *   rejected  -> waiting            (`hip punches retry`)
 *   delivered -> waiting            (`hip redeliver`)
 *   delivered -> (pruned)           (after keepDays; never the other three)
 */
export interface Journal {
  /** Absolute path of the database file, for people. */
  readonly path: string;

  /**
   * Puts one reading or one chunk of a file on disk. Calls that come in the same turn of the event loop share one
   * transaction; the promise settles only after its COMMIT has reached the disk.
   * @throws {JournalUnavailable} when it could not be committed; nothing of the entry is stored then
   */
  append(entry: JournalEntry): Promise<AppendResult>;

  /** From memory; undefined when the device was never seen. */
  deviceState(sn: string): DeviceState | undefined;
  /** From memory; null when the device was never seen. */
  deviceDialect(sn: string): string | null;
  /** Commands that wait for this device or whose answer is overdue, oldest first, at most 200. */
  pendingCommands(sn: string): readonly PendingCommand[];

  /** Waiting punches, oldest arrival first, whose key is greater than `afterKey`. Changes nothing. */
  take(limit: number, afterKey?: number): readonly WaitingPunch[];
  /** Key of the punch that arrived last, whatever its state; 0 when there is none. */
  newestKey(): number;
  /**
   * Writes verdicts of a sink down, all or none: accepted become delivered (to `target`), rejected carry their error.
   * Only what still waits changes, so a repeated or late verdict does no harm.
   * @throws {JournalUnavailable} when it could not be committed; call again later
   */
  settle(verdicts: Verdicts): void;

  /** Cheap totals, kept in the same transactions as the punches they count. */
  totals(): JournalTotals;
  punches(filter: PunchFilter): Iterable<StoredPunch>;
  /**
   * Rejected back to waiting; resolves to how many. This and the next two go in steps with pauses between, so that
   * the commits of other processes never wait for millions of rows.
   */
  retryRejected(): Promise<number>;
  /** Delivered back to waiting in `[from, to]` by device time, both optional; resolves to how many. */
  redeliver(range: TimeRange): Promise<number>;

  devices(): readonly DeviceRecord[];
  /** Held punches of the device become waiting; true when the device is known. */
  approveDevice(sn: string): Promise<boolean>;
  /** Sets the name people see; null removes it. True when the device is known. */
  renameDevice(sn: string, name: string | null): boolean;
  /** Forgets facts, stamps, approval and commands of a device; its punches stay. True when it was known. */
  forgetDevice(sn: string): boolean;

  /** @throws {HipError} HIP_USAGE for a command that is not in `device-commands/verbs.ts`, or when too many wait */
  enqueueCommand(command: NewCommand): string;
  commands(sn?: string): readonly CommandRecord[];
  /** Expires an open command, so that it is not handed out (again); true when it was open. */
  cancelCommand(id: string): boolean;

  quarantine(): readonly QuarantineItem[];
  quarantineItem(id: number): QuarantineContent | undefined;
  discardQuarantine(ids: readonly number[]): number;

  checkpoint(file: string): Checkpoint | undefined;

  /** Removes delivered punches that arrived before `before`, at most `limit`; returns how many. */
  prune(before: Date, limit: number): number;
  /** Notices that every surface shows until dismissed (a journal was salvaged, …). */
  notices(): readonly JournalNotice[];
  /** Takes the place of an open notice of the same code. */
  addNotice(notice: Pick<JournalNotice, 'code' | 'message'>): void;
  /** All, or those of one code; returns them. */
  dismissNotices(code?: string): readonly JournalNotice[];
  /** A consistent copy while all runs. Refuses an existing file. */
  backup(file: string): Promise<void>;
  close(): void;
}

export interface JournalEntry {
  /** `adms`, `fkweb`, `plain`, `file:<name>`, … */
  readonly source: string;
  readonly receivedAt: Date;
  readonly punches: readonly Punch[];
  readonly unread?: readonly Fragment[];
  /**
   * How unread content can be read again later (`hip quarantine retry`): for dialects the request line and the
   * headers that name it, as JSON; for files path and line. Without secrets; kept with the quarantined content.
   */
  readonly origin?: string;
  readonly skipped?: number;
  readonly dropped?: readonly Dropped[];
  /** The device that spoke; registers itself when new. Absent for files that prove none. */
  readonly device?: {
    readonly sn: string;
    readonly dialect?: string;
    readonly remoteAddress?: string;
    readonly facts?: Readonly<Record<string, string>>;
    readonly stamps?: Readonly<Record<string, string>>;
  };
  /** Punches of a device that is not approved are held (`serve.devices: "approved"`). */
  readonly holdUnapproved?: boolean;
  readonly commandResults?: readonly CommandResult[];
  readonly commandsSent?: readonly string[];
  /**
   * The device's clock fell back: a punch of the stretch since then that equals a suspect one stored before it is
   * another punch. It goes to quarantine with both shown, for a person to decide.
   */
  readonly clockReset?: ClockReset;
  /** `id<TAB>name` each: go to the device's open `users` command, or nowhere. */
  readonly users?: readonly string[];
  /** The file's progress, in the same transaction as its punches. */
  readonly checkpoint?: Checkpoint;
  /** The same under the name that the file's content has, so that a copy of it is known again. */
  readonly contentCheckpoint?: Checkpoint;
}

export interface AppendResult {
  /** New punches on disk. */
  readonly stored: number;
  /** Punches that stood there already. */
  readonly duplicates: number;
  /** Fragments put into quarantine (a repeated one counts again). */
  readonly quarantined: number;
}

/** Why the journal could not commit; the message is for log, status and people. */
export class JournalUnavailable extends Error {
  /** `damaged`: only opening the journal anew can help; let the process fail and be restarted. */
  readonly reason: 'disk-full' | 'read-only' | 'io' | 'busy' | 'quarantine-full' | 'damaged' | 'unknown';

  constructor(reason: JournalUnavailable['reason'], message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'JournalUnavailable';
    this.reason = reason;
  }
}

export interface WaitingPunch {
  readonly key: number;
  /** What goes into the sink's device column: the name frozen when the punch was stored. */
  readonly deviceName: string;
  readonly userId: string;
  readonly time: string;
  readonly status: number | null;
  readonly verify: number | null;
  readonly raw: string;
}

export interface Verdicts {
  readonly target: string;
  readonly accepted: readonly number[];
  readonly rejected: readonly { readonly key: number; readonly code: string; readonly message: string }[];
}

export interface JournalTotals {
  readonly waiting: number;
  readonly held: number;
  readonly delivered: number;
  readonly rejected: number;
  /** Different contents in quarantine. */
  readonly quarantined: number;
  /** Punches that came again since the journal began. */
  readonly duplicates: number;
  readonly skipped: number;
  /** Templates, photos and the like since the journal began. */
  readonly dropped: number;
  /** ISO UTC arrival of the newest punch; null when there is none. */
  readonly lastPunchAt: string | null;
  /** ISO UTC arrival of the oldest waiting punch. */
  readonly oldestWaitingAt: string | null;
  /** The target that `delivered` speaks of; null when nothing was delivered yet. */
  readonly target: string | null;
}

export type PunchState = 'waiting' | 'held' | 'delivered' | 'rejected';

export interface StoredPunch {
  readonly deviceSn: string;
  readonly userId: string;
  readonly time: string;
  readonly status: number | null;
  readonly verify: number | null;
  readonly workCode: string | null;
  readonly raw: string;
  readonly source: string;
  /** ISO UTC. */
  readonly receivedAt: string;
  readonly state: PunchState;
  readonly suspect: string | null;
  /** The sink's words when rejected. */
  readonly error: string | null;
}

export interface TimeRange {
  /** Device time, inclusive, `YYYY-MM-DD HH:MM:SS`. */
  readonly from?: string;
  readonly to?: string;
}

export interface PunchFilter extends TimeRange {
  readonly deviceSn?: string;
  /** Compared without zero padding. */
  readonly userId?: string;
  readonly state?: PunchState;
  /** Newest first when limited; 0 or absent is all, oldest first. */
  readonly limit?: number;
}

export interface DeviceRecord {
  readonly sn: string;
  readonly name: string | null;
  readonly dialect: string | null;
  readonly approved: boolean;
  readonly facts: Readonly<Record<string, string>>;
  readonly stamps: Readonly<Record<string, string>>;
  readonly remoteAddress: string | null;
  readonly firstSeenAt: string;
  readonly lastSeenAt: string;
  readonly lastPunchAt: string | null;
  /** Punches stored of this device, and of these not yet delivered. */
  readonly punches: number;
}

export interface NewCommand {
  readonly deviceSn: string;
  readonly verb: string;
  readonly text: string;
}

/** Stands as `returnCode` of a command that was cancelled, where a device's answer would. */
export const CANCELLED = 'cancelled';

export interface CommandRecord {
  readonly id: string;
  readonly deviceSn: string;
  readonly verb: string;
  readonly text: string;
  readonly state: 'waiting' | 'sent' | 'done' | 'failed' | 'expired';
  readonly createdAt: string;
  readonly sentAt: string | null;
  readonly finishedAt: string | null;
  readonly returnCode: string | null;
  readonly detail: string | null;
  readonly attempts: number;
}

export interface QuarantineItem {
  readonly id: number;
  readonly source: string;
  readonly deviceSn: string | null;
  readonly reason: string;
  readonly bytes: number;
  readonly count: number;
  readonly firstSeenAt: string;
  readonly lastSeenAt: string;
}

export interface QuarantineContent extends QuarantineItem {
  /** Of the entry that brought it first. */
  readonly origin: string | null;
  readonly content: Uint8Array;
}

export interface Checkpoint {
  /** Absolute path, or another stable name of the source. */
  readonly file: string;
  /** Content identity, e.g. a hash of the first bytes: tells growth from replacement. */
  readonly identity: string;
  readonly sizeBytes: number;
  readonly offsetBytes: number;
  readonly line: number;
  /** Format-private, e.g. the settled date order. */
  readonly note?: string;
}

export interface JournalNotice {
  readonly at: string;
  readonly code: string;
  readonly message: string;
}
