import type { Punch } from '../punch.js';

/**
 * The contract of a format: a file that somebody's program left behind, to what it means.
 *
 * Call order: `claims(head, fileName)`, and if true (or if `sync.format` forces this one) `read(source, context)`.
 * A format is pure: no clock but `context.wallNow`, no file system but `source`, no config but `context`. Copying a
 * database before it is read, moving files and knowing when a file is still are the engine's.
 *
 * Law 3 holds in every chunk and so in every file: units in = punches + duplicates + rejected + skipped. A unit is
 * a line (or a table row); where one row carries several punches, each filled cell is a unit.
 *
 * Exact repeats of a punch within a file are given out as punches: the journal's key makes them one, and a format
 * that remembered every line could not stay small. Only repeats that the layout itself makes (the same scan twice
 * in one row of a matrix) are `duplicates`.
 *
 * Bad input is a value (`rejected`). `read` throws {@link FileUnreadable} when the file as a whole can't be read
 * now; anything else thrown, but for errors of `source.open`, is a bug.
 */
export interface Format {
  readonly name: FormatName;
  /** False: the file is read whole each time, a checkpoint within it means nothing (databases, workbooks). */
  readonly resumable: boolean;
  /** Of workbooks: the one layout it looks for; it claims nothing, and is for a folder that is forced to that. */
  readonly layout?: FormatName;
  claims(head: FileHead, fileName: string): boolean;
  /**
   * At least one chunk, the last with `last: true`. Text formats hold one chunk and one line in memory, whatever
   * the size of the file. The consumer may stop early.
   */
  read(source: FileSource, context: FormatContext): AsyncIterable<FileChunk>;
}

export const FORMAT_NAMES = [
  'hip-alog',
  'hip-matrix',
  'zk-attlog',
  'adms-body',
  'fk-glog',
  'zktime-list',
  'biotime-csv',
  'csv',
  'access-mdb',
  'xlsx',
] as const;

export type FormatName = (typeof FORMAT_NAMES)[number];

/** What is known of a file from its first bytes; made by `createHead` (head.ts), handed to every format. */
export interface FileHead {
  /** The first `HEAD_BYTES` of the file, or all of it when it is shorter. */
  readonly bytes: Uint8Array;
  /** True when `bytes` is the whole file. */
  readonly whole: boolean;
  readonly encoding: TextEncodingName;
  /** Neither text nor UTF-16: a database, an archive, a `user.dat`. No text format claims it. */
  readonly binary: boolean;
  /** The lines of the head, without line ends; a last line that was cut by the head's end is left out. */
  readonly lines: readonly string[];
}

/** `ascii`: nothing else in the head, so a later line is decoded by its own evidence. */
export type TextEncodingName = 'ascii' | 'utf-8' | 'windows-874' | 'utf-16le' | 'utf-16be';

export interface FileSource {
  /** Base name of the original (not of a copy): it can carry a serial number. */
  readonly fileName: string;
  readonly head: FileHead;
  /** Size when reading began: nothing behind it is read, even if the file has grown meanwhile. */
  readonly sizeBytes: number;
  /** Unchanged for long enough (15 minutes) that a last line without line end may be a whole one. */
  readonly still: boolean;
  /** Where an earlier reading of the same content stopped; absent or null: from the start. */
  readonly resume?: ResumePoint | null;
  /** The bytes in `[offsetBytes, sizeBytes)` in pieces of any size; called again for a second pass. */
  open(offsetBytes: number): AsyncIterable<Uint8Array>;
}

export interface FormatContext {
  /** This PC's wall clock in `timeZone`, `YYYY-MM-DD HH:MM:SS`: for suspicion and for two-digit years. */
  readonly wallNow: string;
  /** IANA name; times that carry a zone (BioTime) are converted to it, no others. */
  readonly timeZone: string;
  /** `sync.machines`: machine number as text (`"1"`) to serial number. */
  readonly machines: ReadonlyMap<string, string>;
  /** Device name of text files that prove no serial number (`HIP_DEVICE_1`). */
  readonly defaultDeviceSn: string;
  /** Device name of Access rows without `sn` (`HIP_ACCESS_DB`). */
  readonly accessDeviceSn: string;
  /**
   * `sync.dateOrder`: how the operator says unclear dates are to be read, where the file has no evidence or evidence
   * for both orders. Null when not set: day first without evidence, refused with conflicting evidence.
   */
  readonly dateOrder: DateOrder | null;
  /** Password of Access databases that are encrypted with one; null when none is set. */
  readonly accessPassword: string | null;
  /** True when `sync.format` chose this format: the operator has answered what the file can't. */
  readonly forced: boolean;
}

export type DateOrder = 'dmy' | 'mdy';

/**
 * A part of a file that is to be stored in one transaction with its checkpoint: at most `CHUNK_PUNCHES` punches
 * (one row's more where a row carries several). Chunks come in file order and don't overlap.
 */
export interface FileChunk {
  readonly punches: readonly FilePunch[];
  readonly duplicates: readonly FileDuplicate[];
  readonly rejected: readonly FileReject[];
  readonly skipped: readonly FileSkip[];
  /** Everything before this point is in this chunk and the ones before it. */
  readonly checkpoint: ResumePoint;
  /** What a person should know of the file, once. */
  readonly remarks: readonly FileRemark[];
  /** In the last chunk only: the line that waits for its line end. It is in none of the four lists. */
  readonly pendingTail: PendingTail | null;
  readonly last: boolean;
}

export const CHUNK_PUNCHES = 1000;

/**
 * A punch with the 1-based physical line (or row) it stands in. `raw` is that line's text as it was decoded, names
 * of people included: payroll is proved by it, and vendors' punch files hold no passwords. Of a database row it is
 * the `Badge:…|CheckTime:…` text that the previous system wrote.
 */
export interface FilePunch extends Punch {
  readonly line: number;
}

export interface FileDuplicate {
  readonly line: number;
  readonly userId: string;
  readonly time: string;
}

export interface FileReject {
  readonly line: number;
  readonly reason: RejectReason;
  /** The text at fault: the line, or the cell where only a cell is refused. */
  readonly text: string;
  /** The whole line or row: with the chunk's note enough to read it again (`rereadRow`, index.ts). */
  readonly row: string;
}

export type RejectReason =
  | 'date-invalid'
  | 'date-missing'
  | 'date-ambiguous'
  | 'date-order-ambiguous'
  | 'year-out-of-range'
  | 'time-invalid'
  | 'time-missing'
  | 'time-ambiguous'
  | 'meridiem-conflict'
  | 'user-id-missing'
  | 'user-id-zero'
  | 'user-id-invalid'
  | 'user-not-found'
  | 'too-few-fields'
  | 'line-too-long'
  | 'row-unreadable';

export interface FileSkip {
  readonly line: number;
  readonly reason: SkipReason;
}

export type SkipReason =
  | 'blank'
  | 'title'
  | 'ruler'
  | 'column-header'
  | 'footer'
  | 'metadata'
  /** A further line of a row that began above it. */
  | 'continuation'
  | 'no-scans'
  | 'no-date-or-time';

export interface ResumePoint {
  /** Of the original bytes, always at the start of a line. 0 in formats that are not resumable. */
  readonly offsetBytes: number;
  /** Lines (or rows) before that point. */
  readonly line: number;
  /**
   * JSON, small: what the file has settled so far (encoding, titles, order of dates, device). A note that this
   * version can't read counts as no resume point: reading starts at 0, which law 2 makes harmless.
   */
  readonly note: string;
}

export interface PendingTail {
  readonly line: number;
  /** Where the line begins: the last checkpoint's offset. */
  readonly offsetBytes: number;
  /** At most `MAX_LINE_BYTES` of it. */
  readonly text: string;
}

export interface FileRemark {
  readonly code: 'date-order-conflict' | 'date-order-late' | 'count-mismatch' | 'titles-missing';
  /** One sentence for people. */
  readonly text: string;
}

/** The file as a whole can't be read now. The engine reports it, leaves the file alone and tries again next time. */
export class FileUnreadable extends Error {
  readonly reason: UnreadableReason;

  constructor(reason: UnreadableReason, message: string, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause });
    this.name = 'FileUnreadable';
    this.reason = reason;
  }
}

export type UnreadableReason =
  | 'not-a-database'
  | 'damaged'
  | 'wrong-password'
  | 'no-punch-table'
  | 'no-known-titles'
  | 'too-large'
  | 'not-a-workbook';
