import { type OrderEvidence, OrderSurvey } from './date-order.js';
import type { FileChunk, FileSource, Format, FormatContext } from './format.js';
import { LineSplitter } from './lines.js';
import { evidenceOf, startOf, type TextStart } from './note.js';
import type { TextFormat } from './rows.js';
import { TextReading } from './text-reading.js';

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
      reading.read(line);
      if (reading.out.isFull) yield reading.take('ended');
    }
  }
  const { line, open } = splitter.end();
  if (line) reading.read(line);
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
