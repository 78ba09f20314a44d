import { describe, expect, it } from 'vitest';
import {
  LineSplitter,
  type LineStart,
  MAX_LINE_BYTES,
  type SourceLine,
} from '../../src/lib/formats/lines.js';
import { fc } from '../support/property.js';
import { bytesOf } from './reading.js';

const START: LineStart = { encoding: 'utf-8', offsetBytes: 0, line: 0, state: 'ended' };

function split(
  pieces: readonly Uint8Array[],
  start: LineStart = START,
): { lines: SourceLine[]; open: string | null; state: string } {
  const splitter = new LineSplitter(start);
  const lines = pieces.flatMap((piece) => splitter.push(piece));
  const { line, open } = splitter.end();
  return { lines: line ? [...lines, line] : lines, open: open?.text ?? null, state: splitter.state };
}

function cut(bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  let at = 0;
  for (let turn = 0; at < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length]!;
    pieces.push(bytes.slice(at, at + size));
    at += size;
  }
  return pieces;
}

describe('LineSplitter', () => {
  it('knows every line end, and where each line begins and ends', () => {
    const { lines, open } = split([bytesOf('a\nก\r\nc\r\rd\n\re')]);
    expect(lines.map((line) => [line.number, line.offsetBytes, line.endBytes, line.text])).toEqual([
      [1, 0, 2, 'a'],
      [2, 2, 7, 'ก'],
      [3, 7, 9, 'c'],
      [4, 9, 10, ''],
      [5, 10, 12, 'd'],
      [6, 12, 13, ''],
    ]);
    expect(open).toBe('e');
  });

  it('joins a CRLF that comes in two pieces, and in two readings', () => {
    expect(split([bytesOf('a\r'), bytesOf('\nb\n')]).lines.map((line) => line.text)).toEqual(['a', 'b']);
    const first = split([bytesOf('a\r')]);
    expect(first.state).toBe('after-cr');
    const start: LineStart = { ...START, offsetBytes: 2, line: 1, state: 'after-cr' };
    expect(split([bytesOf('\nb\n')], start).lines).toMatchObject([{ number: 2, offsetBytes: 3, text: 'b' }]);
    expect(split([bytesOf('b\n')], start).lines).toMatchObject([{ number: 2, offsetBytes: 2, text: 'b' }]);
  });

  it('gives the line end of a line that was taken without one to that line', () => {
    const start: LineStart = { ...START, offsetBytes: 3, line: 1, state: 'unended' };
    expect(split([bytesOf('\r\nb\n')], start).lines).toMatchObject([
      { number: 2, offsetBytes: 5, text: 'b' },
    ]);
    expect(split([bytesOf(' IN\nb\n')], start).lines).toMatchObject([
      { number: 1, text: ' IN' },
      { number: 2, text: 'b' },
    ]);
  });

  it('keeps the beginning of a line that is too long, and the lines behind it', () => {
    const long = 'x'.repeat(MAX_LINE_BYTES + 10);
    for (const sizes of [[1 << 20], [1000], [MAX_LINE_BYTES + 1], [MAX_LINE_BYTES + 10]]) {
      const { lines } = split(cut(bytesOf(`a\n${long}\r\nb\n`), sizes));
      expect(lines.map((line) => [line.number, line.text.length, line.tooLong])).toEqual([
        [1, 1, false],
        [2, MAX_LINE_BYTES, true],
        [3, 1, false],
      ]);
      expect(lines[2]!.offsetBytes).toBe(2 + long.length + 2);
    }
  });

  it('ignores an odd byte behind UTF-16, but waits for it', () => {
    const start: LineStart = { ...START, encoding: 'utf-16le' };
    const bytes = new Uint8Array(Buffer.from('a\r\nb', 'utf16le'));
    const { lines, open } = split([bytes.slice(0, 7)], start);
    expect(lines.map((line) => line.text)).toEqual(['a']);
    expect(open).not.toBeNull();
  });

  it('takes padding within a line end for a line of its own, and gives nobody the text of another', () => {
    const { lines, open } = split([bytesOf('a\r\0\nb\r\nc')]);
    expect(lines.map(({ offsetBytes, text }) => [offsetBytes, text])).toEqual([
      [0, 'a'],
      [2, ''],
      [4, 'b'],
    ]);
    expect(open).toBe('c');
  });

  it('takes nothing but padding at the end for no line', () => {
    expect(split([bytesOf('a\n\0\0\u001a')]).open).toBeNull();
  });

  for (const encoding of ['utf-8', 'ascii', 'windows-874', 'utf-16le', 'utf-16be'] as const) {
    it(`splits ${encoding} the same however it is cut, with the offsets of the original bytes`, () => {
      const text = fc
        .array(
          fc.constantFrom('\r', '\n', '\r\n', 'a', 'ก', '๑', 'é', '\0', ' ', 'สมชาย', '\ud83d\ude00', '\xff'),
        )
        .map((parts) => parts.join(''));
      const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 });
      fc.assert(
        fc.property(text, sizes, (content, cuts) => {
          const bytes = encode(content, encoding);
          const start = { ...START, encoding };
          const whole = split([bytes], start);
          expect(split(cut(bytes, cuts), start)).toEqual(whole);
          let end = 0;
          for (const line of whole.lines) {
            expect(line.offsetBytes).toBe(end);
            end = line.endBytes;
            const alone = split([bytes.slice(line.offsetBytes, line.endBytes)], start).lines;
            expect(alone.map((one) => one.text)).toEqual([line.text]);
          }
        }),
        { seed: 20260115, numRuns: 200 },
      );
    });
  }
});

function encode(text: string, encoding: LineStart['encoding']): Uint8Array {
  if (encoding === 'utf-8' || encoding === 'ascii') return bytesOf(text);
  if (encoding === 'windows-874') return Uint8Array.from(text, (letter) => letter.charCodeAt(0) & 0xff);
  const bytes = Buffer.from(text, 'utf16le');
  return new Uint8Array(encoding === 'utf-16be' ? bytes.swap16() : bytes);
}
