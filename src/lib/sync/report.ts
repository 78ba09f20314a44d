import type { FormatName, RejectReason } from '../formats/format.js';

/** What one run made of its sources. Keys are a contract: `hip sync --json` prints them as they are. */
export interface PassReport {
  readonly files: readonly FileReport[];
  /** Absolute; folders inside of the named one are not entered. */
  readonly foldersNotRead: readonly string[];
  readonly totals: PassTotals;
  readonly sources: readonly SourceReport[];
}

export interface FileReport {
  /** Absolute. */
  readonly path: string;
  readonly format: FormatName | null;
  readonly state: FileState;
  /** New in the journal. */
  readonly punches: number;
  /** Came again: within the file, or already in the journal. */
  readonly duplicates: number;
  readonly skipped: number;
  /** The first `MOST_LISTED`; `totals.rejected` counts them all. */
  readonly rejected: readonly RejectedLine[];
  readonly pendingTail: { readonly line: number; readonly text: string } | null;
  readonly problem: Problem | null;
  /** What a person should know of the file, each one sentence. */
  readonly remarks: readonly string[];
  /** Punches of earlier lines are stored with dates that later lines prove to be read wrongly: for a person. */
  readonly doubtful: boolean;
  readonly archivedTo: string | null;
}

/**
 * `unchanged`: nothing came since it was last read. `ignored`: older than `sync.ignoreFilesBefore`. `unclaimed`: no
 * format knows it. `unreadable`: could not be read now; the next run tries again.
 */
export type FileState = 'read' | 'unchanged' | 'ignored' | 'unclaimed' | 'unreadable';

export interface RejectedLine {
  readonly line: number;
  readonly reason: RejectReason;
  readonly text: string;
}

export interface Problem {
  /** Short and stable: `not-a-database`, `no-access`, `not-found`, … */
  readonly reason: string;
  /** One sentence for people. */
  readonly text: string;
}

export interface PassTotals {
  readonly files: number;
  readonly punches: number;
  readonly duplicates: number;
  readonly skipped: number;
  readonly rejected: number;
}

/** A folder or database that is expected to bring something now and then. */
export interface SourceReport {
  readonly path: string;
  /** ISO UTC: when it last wrote anything; null when it never did. */
  readonly lastWriteAt: string | null;
  /** How long its silence may last; null while its rhythm is not known. */
  readonly staleAfterMs: number | null;
  readonly stale: boolean;
}

/** A broken file of millions of lines must not fill memory or a terminal; quarantine has them all. */
export const MOST_LISTED = 1_000;

export interface FileTally {
  readonly punches: number;
  readonly duplicates: number;
  readonly skipped: number;
  readonly rejected: number;
}

export const NO_TALLY: FileTally = { punches: 0, duplicates: 0, skipped: 0, rejected: 0 };

export function addTally(a: FileTally, b: FileTally): FileTally {
  return {
    punches: a.punches + b.punches,
    duplicates: a.duplicates + b.duplicates,
    skipped: a.skipped + b.skipped,
    rejected: a.rejected + b.rejected,
  };
}

/** A file of which nothing was taken in. */
export function emptyReport(
  path: string,
  state: FileState,
  rest: Partial<Pick<FileReport, 'format' | 'problem' | 'remarks' | 'archivedTo' | 'pendingTail'>> = {},
): FileReport {
  return {
    path,
    format: null,
    state,
    punches: 0,
    duplicates: 0,
    skipped: 0,
    rejected: [],
    pendingTail: null,
    problem: null,
    remarks: [],
    doubtful: false,
    archivedTo: null,
    ...rest,
  };
}
