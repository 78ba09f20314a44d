import { NO_EVIDENCE, type OrderEvidence } from './date-order.js';
import type { FileSource, FormatName, TextEncodingName } from './format.js';
import type { LineStart, LineState } from './lines.js';
import { detectText, unitBytes } from './text.js';

/**
 * What a text file has settled up to a checkpoint. Everything that a restart in the middle can't see in the lines
 * it reads is in here: encoding, evidence for the order of dates, the rows' own state (titles, device).
 */
export interface Note {
  /** Raised when the shape of a note or the meaning of a row state changes. */
  readonly version: 1;
  readonly format: FormatName;
  readonly encoding: TextEncodingName;
  readonly order: OrderEvidence;
  /** Completeness of the last punch's row; the measure for an unended last line. */
  readonly measure: number;
  readonly after: LineState;
  /** Private to the format; only the format and version that wrote it read it. */
  readonly rows: unknown;
}

export interface TextStart {
  readonly at: LineStart;
  /** Null at the start of the file. */
  readonly note: Note | null;
}

/**
 * Where reading begins: at the resume point when its note is ours, else behind the byte order mark. A point before
 * the first line is none: what the first bytes of a file seemed to be, more of them may show better.
 */
export function startOf(format: FormatName, source: FileSource): TextStart {
  const note = source.resume?.line ? parseNote(source.resume.note, format) : null;
  if (note === null || !source.resume) {
    const { encoding, bomBytes } = detectText(source.head.bytes);
    return { at: { encoding, offsetBytes: bomBytes, line: 0, state: 'ended' }, note: null };
  }
  const { offsetBytes, line } = source.resume;
  return { at: { encoding: encodingOf(note, source), offsetBytes, line, state: note.after }, note };
}

/** Where nothing told so far, the beginning of the file may by now: how it is read decides over Thai words for noon. */
function encodingOf(note: Note, { head }: FileSource): TextEncodingName {
  if (note.encoding !== 'ascii') return note.encoding;
  const { encoding } = detectText(head.bytes);
  return unitBytes(encoding) === 1 ? encoding : note.encoding;
}

export function evidenceOf(start: TextStart): OrderEvidence {
  return start.note?.order ?? NO_EVIDENCE;
}

export function parseNote(text: string, format: FormatName): Note | null {
  const note = parseJson(text) as Partial<Note> | null;
  return note?.version === 1 && note.format === format ? (note as Note) : null;
}

/** Null when the text is no JSON object. */
export function parseJson(text: string): object | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' ? value : null;
  } catch {
    // A note of another program or a damaged one: the caller starts from the beginning.
    return null;
  }
}
