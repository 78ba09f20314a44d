import type { FileHead, Format, FormatContext, FormatName } from '../formats/format.js';
import type { Journal } from '../journal/journal.js';
import type { Log } from '../log.js';
import type { Source } from './discover.js';

/** What a pass is handed. */
export interface SyncParts {
  readonly journal: Pick<Journal, 'append' | 'checkpoint'>;
  /** `format` is null when the file is nobody's; `hint` then says why. */
  readonly choose: (request: {
    readonly head: FileHead;
    readonly fileName: string;
    readonly forced: FormatName | null;
  }) => { readonly format: Format | null; readonly hint: string };
  readonly createContext: (forced: boolean) => FormatContext;
  /** Equal as long as the same files would be read in the same way: version and settings of the formats. */
  readonly reader: string;
  readonly now: () => Date;
  /** How many chunks of a file may go into one transaction: each ends with a wait for the disk. */
  readonly chunksAtOnce: () => number;
  readonly settings: SyncSettings;
  readonly log: Log;
  readonly onProgress?: (progress: Progress) => void;
  /** Ends the pass after the chunk under way; the rest is for the next one. */
  readonly signal?: AbortSignal;
}

export interface SyncSettings {
  readonly sources: readonly Source[];
  /** Files last written before this moment are listed, not read; null reads all. */
  readonly ignoreBefore: Date | null;
  /** `sync.format`: for the files of folders. */
  readonly forcedFormat: FormatName | null;
  /** Move what was read and is still to `processed/`. */
  readonly archive: boolean;
  /** `sync.staleAfter`; null lets each source's own rhythm decide. */
  readonly staleAfterMs: number | null;
}

/** How far the file under way is. */
export interface Progress {
  readonly path: string;
  readonly doneBytes: number;
  readonly sizeBytes: number;
  /** Lines (or rows) read of it in this pass. */
  readonly lines: number;
}

/**
 * Nobody has written to the file for so long that its last line may be taken without its line end, and that it may
 * be moved away. The slowest writer seen is a download that pauses while a device answers.
 */
export const STILL_MS = 15 * 60_000;

export function isStill(mtimeMs: number, now: Date): boolean {
  return now.getTime() - mtimeMs >= STILL_MS;
}
