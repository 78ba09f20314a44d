import type { ChunkBuilder, Handled } from './chunk.js';
import { type OrderEvidence, OrderSurvey } from './date-order.js';
import type { DateRules } from './dates.js';
import type { FileChunk, FileHead, FileSource, Format, FormatContext, FormatName } from './format.js';
import { LineSplitter } from './lines.js';
import { evidenceOf, startOf, type TextStart } from './note.js';
import { TextReading } from './text-reading.js';

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

export interface RowReader {
  /** One line that is not blank. */
  read(line: string, out: ChunkBuilder): Handled;
  /** JSON, small. */
  state(): unknown;
  /** After the last line of the file. */
  finish?(out: ChunkBuilder): void;
}

export function createTextFormat(format: TextFormat): Format {
  return {
    name: format.name,
    resumable: true,
    claims: (head, fileName) => !head.binary && format.claims(head, fileName),
    read: (source, context) => readText(format, source, context),
  };
}

async function* readText(
  format: TextFormat,
  source: FileSource,
  context: FormatContext,
): AsyncGenerator<FileChunk> {
  const start = startOf(format.name, source);
  const order = format.unclearDates ? await surveyOrder(format, source, start) : evidenceOf(start);
  const reading = new TextReading(format, { source, context, start, order });
  const splitter = new LineSplitter(start.at);
  for await (const piece of source.open(start.at.offsetBytes)) {
    for (const line of splitter.push(piece)) {
      reading.read(line.text, line);
      if (reading.out.isFull) yield reading.take('ended');
    }
  }
  const { line, open } = splitter.end();
  if (line) reading.read(line.text, line);
  yield reading.finish(line ? splitter.state : 'ended', open);
}

/** The first pass: evidence for the order of dates in what is about to be read, added to what is known. */
async function surveyOrder(format: TextFormat, source: FileSource, start: TextStart): Promise<OrderEvidence> {
  const survey = new OrderSurvey(evidenceOf(start));
  const splitter = new LineSplitter(start.at);
  const add = (text: string): void => survey.add(text, format.isTitle);
  for await (const piece of source.open(start.at.offsetBytes)) {
    for (const line of splitter.push(piece)) add(line.text);
  }
  const { line, open } = splitter.end();
  if (line) add(line.text);
  if (open && source.still) add(open.text);
  return survey.evidence;
}
