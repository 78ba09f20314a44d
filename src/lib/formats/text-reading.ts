import { ChunkBuilder } from './chunk.js';
import { type OrderEvidence, type OrderRule, ruleOf } from './date-order.js';
import type { FileChunk, FileSource, FormatContext, PendingTail, ResumePoint, SkipReason } from './format.js';
import type { LineState, OpenLine, SourceLine } from './lines.js';
import type { Note, TextStart } from './note.js';
import type { RowReader, TextFormat } from './rows.js';

/** Lines that may be taken without their line end: nothing that is added to them makes them a punch. */
const FINISHED_SKIPS: ReadonlySet<SkipReason> = new Set(['ruler', 'footer', 'title', 'column-header']);

/** What a reading begins with. */
export interface TextSetting {
  readonly source: FileSource;
  readonly context: FormatContext;
  readonly start: TextStart;
  readonly order: OrderEvidence;
}

/** One pass over a file: what is settled, where it stands, and the chunk that is being filled. */
export class TextReading {
  readonly out: ChunkBuilder;
  readonly #format: TextFormat;
  readonly #setting: TextSetting;
  readonly #rule: OrderRule;
  readonly #rows: RowReader;
  /** Lines of a row that goes on behind them. */
  #broken: readonly SourceLine[] = [];
  #offsetBytes: number;
  #line: number;

  constructor(format: TextFormat, setting: TextSetting) {
    const { context, start, order } = setting;
    this.#format = format;
    this.#setting = setting;
    this.#rule = ruleOf(order, context.dateOrder);
    this.#offsetBytes = start.at.offsetBytes;
    this.#line = start.at.line;
    this.out = new ChunkBuilder(context.wallNow);
    this.#rows = this.#openRows(start.note?.rows);
    this.#remarkOnOrder();
  }

  read(line: SourceLine): void {
    const goesOn = !line.tooLong && this.#rows.judge?.([line.text]) === 'open';
    if (goesOn || this.#broken.length > 0) this.#readBroken(line);
    else this.#readLine(line);
  }

  /** Nothing of a row on several lines is given out, nor is the checkpoint moved, before it is known to be one. */
  #readBroken(line: SourceLine): void {
    const lines = [...this.#broken, line];
    const text = lines.map((part) => part.text);
    const is = line.tooLong ? 'apart' : (this.#rows.judge?.(text) ?? 'apart');
    this.#broken = is === 'open' ? lines : [];
    if (is === 'whole') {
      this.#readLine({ ...lines[0]!, text: text.join('\n') });
      for (const part of lines.slice(1)) this.#pass(part).skip('continuation');
    } else if (is === 'apart') {
      for (const part of lines.slice(0, -1)) this.#readLine(part);
      this.read(line);
    }
  }

  #readLine(line: SourceLine): void {
    const { text } = line;
    const out = this.#pass(line);
    if (line.tooLong) out.reject('line-too-long');
    else if (text.trim() === '') out.skip('blank');
    else this.#rows.read(text, out);
  }

  /** The line counts as read with what is made of it next. */
  #pass({ number, text, endBytes }: SourceLine): ChunkBuilder {
    this.out.open(number, text);
    this.#offsetBytes = endBytes;
    this.#line = number;
    return this.out;
  }

  take(after: LineState): FileChunk {
    return this.out.take({ checkpoint: this.#checkpoint(after), last: false });
  }

  finish(after: LineState, open: OpenLine | null): FileChunk {
    const { at } = this.#setting.start;
    let state = this.#offsetBytes === at.offsetBytes ? at.state : after;
    let pendingTail: PendingTail | null = null;
    const [first] = this.#broken;
    if (first && (open || !this.#setting.source.still)) {
      pendingTail = { line: first.number, offsetBytes: first.offsetBytes, text: first.text };
    } else if (first) {
      for (const part of this.#broken) this.#readLine(part);
    } else if (open && this.#isWhole(open)) {
      this.#readLine({ ...open, endBytes: this.#setting.source.sizeBytes });
      state = 'unended';
    } else if (open) {
      pendingTail = { line: open.number, offsetBytes: open.offsetBytes, text: open.text };
    }
    this.#rows.finish?.(this.out);
    return this.out.take({ checkpoint: this.#checkpoint(state), last: true, pendingTail });
  }

  /** Read on trial, by rows of its own: a line that turns out to be half a one must leave no trace. */
  #isWhole(open: OpenLine): boolean {
    if (!this.#setting.source.still || open.tooLong) return false;
    const rows = this.#openRows(this.#rows.state());
    const out = new ChunkBuilder(this.#setting.context.wallNow);
    out.open(open.number, open.text);
    rows.read(open.text, out);
    const trial = out.take({ checkpoint: this.#checkpoint('ended'), last: true });
    if (trial.rejected.length > 0) return false;
    if (trial.skipped.some((skip) => FINISHED_SKIPS.has(skip.reason))) return true;
    return trial.punches.length > 0 && (out.measure ?? 0) >= this.#measure;
  }

  #openRows(state: unknown): RowReader {
    const { source, context } = this.#setting;
    const rules = { order: this.#rule, wallNow: context.wallNow };
    return this.#format.openRows({ fileName: source.fileName, head: source.head, context, rules, state });
  }

  get #measure(): number {
    return this.out.measure ?? this.#setting.start.note?.measure ?? 0;
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
    } else if (before !== null && (start.note?.measure ?? 0) > 0) {
      const [was, is] = this.#rule === 'dmy' ? ['month', 'day'] : ['day', 'month'];
      this.out.remark(
        'date-order-late',
        `Dates are ${is} first from line ${start.at.line + 1} on; before that nothing told, and they were read ${was} first: the punches of those lines may be wrong (hip punches).`,
      );
    }
  }
}
