import type { ChunkBuilder, Handled } from './chunk.js';
import type { DateRules } from './dates.js';
import type { FileHead, FormatContext, FormatName } from './format.js';

/** What a text format adds to lines: which files are its own, and what one line means. */
export interface TextFormat {
  readonly name: FormatName;
  claims(head: FileHead, fileName: string): boolean;
  /** Dates may be day first or month first: the file is read once for evidence before it is read for punches. */
  readonly unclearDates: boolean;
  /** A line whose date is when the file was made. */
  isTitle?(line: string): boolean;
  /** @throws {FileUnreadable} when the file lacks what its rows can't be read without */
  openRows(setup: RowSetup): RowReader;
}

export interface RowSetup {
  readonly fileName: string;
  readonly head: FileHead;
  readonly context: FormatContext;
  readonly rules: DateRules;
  /** What `state()` of an earlier reading returned; undefined at the start of the file. */
  readonly state: unknown;
}

/** What lines are: a row that goes on behind them, a whole one, or lines that each stand alone. */
export type RowLines = 'open' | 'whole' | 'apart';

export interface RowReader {
  /** One line (or row) that is not blank. */
  read(line: string, out: ChunkBuilder): Handled;
  /** Only where a row can be on several lines: what these ones are. `read` gets a whole row at once. */
  judge?(lines: readonly string[]): RowLines;
  /** JSON, small. */
  state(): unknown;
  /** After the last line of the file. */
  finish?(out: ChunkBuilder): void;
}
