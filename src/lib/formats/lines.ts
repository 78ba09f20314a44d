import type { TextEncodingName } from './format.js';
import { CR, isLineEnd, LF, LineEnds, TextBlock } from './line-ends.js';
import { decodeBlock, decodeText, stripPadding, unitBytes } from './text.js';

/**
 * Bytes in pieces of any size to lines with the exact offsets of the original bytes. LF, CRLF and lone CR end a
 * line, mixed as they come. How the bytes are cut into pieces never changes a line or an offset; memory holds one
 * piece and one line, and of a longer line than `MAX_LINE_BYTES` only its beginning.
 */
export interface SourceLine {
  /** 1-based, counted from the start of the file. */
  readonly number: number;
  readonly offsetBytes: number;
  /** Offset of the byte behind the line end: where the next line begins. */
  readonly endBytes: number;
  /** Without line end and padding. */
  readonly text: string;
  /** The line was longer than `MAX_LINE_BYTES`; `text` is its beginning. */
  readonly tooLong: boolean;
}

export const MAX_LINE_BYTES = 65_536;

/**
 * What the byte before a resume point was: a line end, a CR whose LF may still come, or the last byte of a line
 * that was taken without its line end.
 */
export type LineState = 'ended' | 'after-cr' | 'unended';

export interface LineStart {
  readonly encoding: TextEncodingName;
  readonly offsetBytes: number;
  /** Lines before that offset. */
  readonly line: number;
  readonly state: LineState;
}

/** The last line when the bytes ended without a line end. */
export interface OpenLine {
  readonly number: number;
  readonly offsetBytes: number;
  readonly text: string;
  readonly tooLong: boolean;
}

export class LineSplitter {
  readonly #encoding: TextEncodingName;
  readonly #width: 1 | 2;
  /** Where the low byte of a UTF-16 unit lies within it. */
  readonly #low: 0 | 1;
  #lineStart: number;
  #number: number;
  #state: LineState;
  /** The unended line so far (at most `MAX_LINE_BYTES` of it) and its true length. */
  #held = new Uint8Array(256);
  #heldBytes = 0;
  #length = 0;
  /** The first byte of a UTF-16 unit that a piece ended within. */
  #half: number | null = null;

  constructor(start: LineStart) {
    this.#encoding = start.encoding;
    this.#width = unitBytes(start.encoding);
    this.#low = start.encoding === 'utf-16be' ? 1 : 0;
    this.#lineStart = start.offsetBytes;
    this.#number = start.state === 'unended' ? start.line : start.line + 1;
    this.#state = start.state;
  }

  /** `after-cr` when the last line ended with a CR and nothing came behind it. */
  get state(): LineState {
    return this.#state;
  }

  /** The lines that end in this piece, in order. */
  push(piece: Uint8Array): SourceLine[] {
    const lines: SourceLine[] = [];
    const data = this.#align(piece);
    let from = this.#finishCrLf(data, lines);
    if (this.#length > 0) {
      const at = this.#lineEnds(data).next(from);
      this.#hold(data.subarray(from, at));
      const next = this.#behindLineEnd(data, at);
      if (next === null) {
        this.#hold(data.subarray(at));
        return lines;
      }
      this.#emit(this.#heldText(), next - at, lines);
      from = next;
    }
    from = this.#splitBlock(data, from, lines);
    this.#hold(data.subarray(from));
    return lines;
  }

  /** Call once after the last piece: a line that a CR ended, and the line that nothing ended. */
  end(): { readonly line: SourceLine | null; readonly open: OpenLine | null } {
    const lines: SourceLine[] = [];
    if (this.#heldEndsWithCr()) {
      this.#endHeldLine(this.#width, lines);
      this.#state = 'after-cr';
    }
    if (this.#half !== null) this.#hold(Uint8Array.of(this.#half));
    const line = lines[0] ?? null;
    if (this.#length === 0) return { line, open: null };
    const open = { number: this.#number, offsetBytes: this.#lineStart, ...this.#heldText() };
    return { line, open: open.text.trim() === '' && !open.tooLong ? null : open };
  }

  /** Whole code units only; the odd byte waits for its other half. */
  #align(piece: Uint8Array): Uint8Array {
    if (this.#width === 1) return piece;
    let data = piece;
    if (this.#half !== null && piece.length > 0) {
      data = new Uint8Array(piece.length + 1);
      data[0] = this.#half;
      data.set(piece, 1);
      this.#half = null;
    }
    if (data.length % 2 === 0) return data;
    this.#half = data[data.length - 1]!;
    return data.subarray(0, -1);
  }

  /** A line that waits with a CR at its end is over: with an LF here it was CRLF, else the CR ended it. */
  #finishCrLf(data: Uint8Array, lines: SourceLine[]): number {
    if (data.length === 0) return 0;
    const lf = this.#unitAt(data, 0) === LF;
    if (this.#heldEndsWithCr()) {
      this.#endHeldLine(lf ? 2 * this.#width : this.#width, lines);
      return lf ? this.#width : 0;
    }
    if (this.#state !== 'after-cr' || this.#length > 0) return 0;
    this.#state = 'ended';
    if (!lf) return 0;
    this.#lineStart += this.#width;
    return this.#width;
  }

  #emit(content: { text: string; tooLong: boolean }, endWidth: number, lines: SourceLine[]): void {
    const offsetBytes = this.#lineStart;
    this.#lineStart += this.#length + endWidth;
    // The rest of a line that was taken without its line end belongs to that line; when blank it is none.
    const rest = this.#state === 'unended' && !content.tooLong && content.text.trim() === '';
    if (!rest) lines.push({ number: this.#number, offsetBytes, endBytes: this.#lineStart, ...content });
    this.#state = 'ended';
    this.#number += 1;
    this.#length = 0;
    this.#heldBytes = 0;
  }

  #endHeldLine(endWidth: number, lines: SourceLine[]): void {
    this.#length -= this.#width;
    this.#heldBytes = Math.min(this.#heldBytes, this.#length);
    this.#emit(this.#heldText(), endWidth, lines);
  }

  #hold(bytes: Uint8Array): void {
    this.#length += bytes.length;
    const room = Math.min(bytes.length, MAX_LINE_BYTES + this.#width - this.#heldBytes);
    if (room <= 0) {
      // Beyond what is kept only the last unit matters: it may be a CR.
      if (bytes.length > 0) this.#held.set(bytes.subarray(-this.#width), this.#heldBytes - this.#width);
      return;
    }
    if (this.#heldBytes + room > this.#held.length) {
      const larger = new Uint8Array(Math.max(this.#held.length * 2, this.#heldBytes + room));
      larger.set(this.#held.subarray(0, this.#heldBytes));
      this.#held = larger;
    }
    this.#held.set(bytes.subarray(0, room), this.#heldBytes);
    this.#heldBytes += room;
    if (room < bytes.length) this.#held.set(bytes.subarray(-this.#width), this.#heldBytes - this.#width);
  }

  #heldEndsWithCr(): boolean {
    return this.#length > 0 && this.#unitAt(this.#held, this.#heldBytes - this.#width) === CR;
  }

  #heldText(): { text: string; tooLong: boolean } {
    const tooLong = this.#length > MAX_LINE_BYTES;
    const kept = this.#held.subarray(0, tooLong ? MAX_LINE_BYTES : this.#heldBytes);
    return { text: stripPadding(decodeText(kept, this.#encoding)), tooLong };
  }

  /** All lines that begin and end in the data behind `from`; returns where the unended one begins. */
  #splitBlock(data: Uint8Array, from: number, lines: SourceLine[]): number {
    const block = this.#decodeBlock(data, from);
    const ends = block?.endsInBytes(from, data.length) ?? this.#lineEnds(data);
    let start = from;
    let at = ends.next(start);
    let next = this.#behindLineEnd(data, at);
    while (next !== null) {
      if (block === null || at - start > MAX_LINE_BYTES) {
        this.#hold(data.subarray(start, at));
        block?.nextLine();
        this.#emit(this.#heldText(), next - at, lines);
      } else {
        this.#length = at - start;
        this.#emit({ text: block.nextLine(), tooLong: false }, next - at, lines);
      }
      start = next;
      at = ends.next(start);
      next = this.#behindLineEnd(data, at);
    }
    return start;
  }

  /** All lines of the data decoded at once (ten times faster); null where each needs a judgement of its own. */
  #decodeBlock(data: Uint8Array, from: number): TextBlock | null {
    let end = data.length;
    // The unended rest may be cut within a letter.
    while (end > from && !isLineEnd(this.#unitAt(data, end - this.#width))) end -= this.#width;
    const text = decodeBlock(data.subarray(from, end), this.#encoding);
    return text === null ? null : new TextBlock(text, end - from);
  }

  #lineEnds(data: Uint8Array): LineEnds {
    if (this.#width === 1) return new LineEnds(data.length, (unit, from) => data.indexOf(unit, from));
    return new LineEnds(data.length, (unit, from) => {
      for (let at = from; at < data.length; at += 2) if (this.#unitAt(data, at) === unit) return at;
      return -1;
    });
  }

  /** Null when nothing ends there, or a CR whose LF may come with the next piece. */
  #behindLineEnd(data: Uint8Array, at: number): number | null {
    if (at >= data.length) return null;
    const next = at + this.#width;
    if (this.#unitAt(data, at) === LF) return next;
    if (next >= data.length) return null;
    return this.#unitAt(data, next) === LF ? next + this.#width : next;
  }

  #unitAt(data: Uint8Array, at: number): number {
    return this.#width === 1 ? data[at]! : data[at + this.#low]! | (data[at + 1 - this.#low]! << 8);
  }
}
