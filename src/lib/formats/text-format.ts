import { ChunkBuilder } from './chunk.js';
import { type OrderEvidence, type OrderRule, OrderSurvey, ruleOf } from './date-order.js';
import type { DateRules } from './dates.js';
import type {
  FileChunk,
  FileHead,
  FileSource,
  Format,
  FormatContext,
  FormatName,
  PendingTail,
  ResumePoint,
  SkipReason,
} from './format.js';
import { LineSplitter, type LineState, type OpenLine } from './lines.js';
import { evidenceOf, type Note, startOf, type TextStart } from './note.js';

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
  /** One line that is not blank; gives `out` at least one unit. */
  read(line: string, out: ChunkBuilder): void;
  /** How many fields the last punch's row had. */
  readonly fields: number;
  /** JSON, small. */
  state(): unknown;
  /** After the last line of the file. */
  finish?(out: ChunkBuilder): void;
}

/** Lines that may be taken without their line end: nothing that is added to them makes them a punch. */
const FINISHED_SKIPS: ReadonlySet<SkipReason> = new Set(['ruler', 'footer', 'title', 'column-header']);

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
  const add = (text: string): void => survey.add(text, format.isTitle?.(text) ?? false);
  for await (const piece of source.open(start.at.offsetBytes)) {
    for (const line of splitter.push(piece)) add(line.text);
  }
  const { line, open } = splitter.end();
  if (line) add(line.text);
  if (open && source.still) add(open.text);
  return survey.evidence;
}

interface Setting {
  readonly source: FileSource;
  readonly context: FormatContext;
  readonly start: TextStart;
  readonly order: OrderEvidence;
}

/** One pass over a file: what is settled, where it stands, and the chunk that is being filled. */
class TextReading {
  readonly out: ChunkBuilder;
  readonly #format: TextFormat;
  readonly #setting: Setting;
  readonly #rule: OrderRule;
  readonly #rows: RowReader;
  #offsetBytes: number;
  #line: number;
  #measure: number;

  constructor(format: TextFormat, setting: Setting) {
    const { context, start, order } = setting;
    this.#format = format;
    this.#setting = setting;
    this.#rule = ruleOf(order, context.dateOrder);
    this.#offsetBytes = start.at.offsetBytes;
    this.#line = start.at.line;
    this.#measure = start.note?.measure ?? 0;
    this.out = new ChunkBuilder(context.wallNow);
    this.#rows = this.#openRows(start.note?.rows);
    this.#remarkOnOrder();
  }

  read(text: string, at: { number: number; endBytes: number; tooLong: boolean }): void {
    const punches = this.out.punchCount;
    this.#readInto(this.out, this.#rows, { ...at, text });
    if (this.out.punchCount > punches) this.#measure = measureOf(this.#rows, this.out);
    this.#offsetBytes = at.endBytes;
    this.#line = at.number;
  }

  take(after: LineState): FileChunk {
    return this.out.take({ checkpoint: this.#checkpoint(after), last: false });
  }

  finish(after: LineState, open: OpenLine | null): FileChunk {
    const { at } = this.#setting.start;
    let state = this.#offsetBytes === at.offsetBytes ? at.state : after;
    let pendingTail: PendingTail | null = null;
    if (open && this.#isWhole(open)) {
      this.read(open.text, { ...open, endBytes: this.#setting.source.sizeBytes });
      state = 'unended';
    } else if (open) {
      pendingTail = { line: open.number, offsetBytes: open.offsetBytes, text: open.text };
    }
    this.#rows.finish?.(this.out);
    return this.out.take({ checkpoint: this.#checkpoint(state), last: true, pendingTail });
  }

  #readInto(
    out: ChunkBuilder,
    rows: RowReader,
    line: { number: number; text: string; tooLong: boolean },
  ): void {
    out.open(line.number, line.text);
    if (line.tooLong) out.reject('line-too-long');
    else if (line.text.trim() === '') out.skip('blank');
    else rows.read(line.text, out);
  }

  /** Read on trial, by rows of its own: a line that turns out to be half a one must leave no trace. */
  #isWhole(open: OpenLine): boolean {
    if (!this.#setting.source.still || open.tooLong) return false;
    const rows = this.#openRows(this.#rows.state());
    const out = new ChunkBuilder(this.#setting.context.wallNow);
    this.#readInto(out, rows, open);
    const measure = measureOf(rows, out);
    const trial = out.take({ checkpoint: this.#checkpoint('ended'), last: true });
    if (trial.rejected.length > 0) return false;
    if (trial.skipped.some((skip) => FINISHED_SKIPS.has(skip.reason))) return true;
    return trial.punches.length > 0 && measure >= this.#measure;
  }

  #openRows(state: unknown): RowReader {
    const { source, context } = this.#setting;
    const rules = { order: this.#rule, wallNow: context.wallNow };
    return this.#format.openRows({ fileName: source.fileName, head: source.head, context, rules, state });
  }

  #checkpoint(after: LineState): ResumePoint {
    const note: Note = {
      version: 1,
      format: this.#format.name,
      encoding: this.#setting.start.at.encoding,
      order: this.#setting.order,
      measure: this.#measure,
      after,
      rows: this.#rows.state(),
    };
    return { offsetBytes: this.#offsetBytes, line: this.#line, note: JSON.stringify(note) };
  }

  #remarkOnOrder(): void {
    const { start, context } = this.#setting;
    const before = start.note === null ? null : ruleOf(start.note.order, context.dateOrder);
    if (before === this.#rule) return;
    if (this.#rule === 'conflict') {
      this.out.remark(
        'date-order-conflict',
        'Some dates can only be day first, others only month first: dates that could be either are refused.',
      );
    } else if (before !== null) {
      const [was, is] = this.#rule === 'dmy' ? ['month', 'day'] : ['day', 'month'];
      this.out.remark(
        'date-order-late',
        `Dates are ${is} first from line ${start.at.line + 1} on; before that nothing told, and they were read ${was} first.`,
      );
    }
  }
}

/** Fields of the row, and whether its time has seconds: a time cut short loses them first. */
function measureOf(rows: RowReader, out: ChunkBuilder): number {
  return rows.fields * 2 + (out.lastPrecision === 'second' ? 1 : 0);
}
