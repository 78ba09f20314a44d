import { describe, expect, it } from 'vitest';
import {
  CHUNK_PUNCHES,
  FileUnreadable,
  type Format,
  type ResumePoint,
} from '../../src/lib/formats/format.js';
import { createContext, type MemoryFile, readAll, type WholeReading } from '../formats/reading.js';
import { fc } from '../support/property.js';

export interface FormatSubject {
  readonly format: Format;
  readonly fileName: string;
  /** What stands above the rows, with line ends; '' when nothing does. */
  readonly titles: string;
  /** One row that is one punch, without line end; every number gives another punch. */
  row(number: number): string;
  readonly encode: (text: string) => Uint8Array;
}

/** What every format that can be read on from a checkpoint must hold. Random input is seeded: runs repeat. */
export function describeTextFormat(subject: FormatSubject): void {
  const { format, fileName, titles, encode } = subject;
  const rows = (count: number, ends: readonly string[] = ['\r\n']): string =>
    Array.from({ length: count }, (_, number) => subject.row(number) + ends[number % ends.length]!).join('');
  const read = (bytes: Uint8Array, more: Partial<MemoryFile> = {}): Promise<WholeReading> =>
    readAll(format, { fileName, bytes, ...more });
  const pieces = fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 6 });
  const SEED = { seed: 20260115, numRuns: 40 };

  describe(`${format.name}: the contract of a format`, () => {
    it('gives chunks of at most a thousand punches, the last one marked, each with its checkpoint', async () => {
      const bytes = encode(titles + rows(2500));
      const { chunks, punches, end } = await read(bytes);
      expect(punches).toHaveLength(2500);
      expect(chunks.map((chunk) => chunk.last)).toEqual(
        chunks.map((_, index) => index === chunks.length - 1),
      );
      for (const chunk of chunks) expect(chunk.punches.length).toBeLessThanOrEqual(CHUNK_PUNCHES);
      const offsets = chunks.map((chunk) => chunk.checkpoint.offsetBytes);
      expect(offsets).toEqual([...offsets].sort((a, b) => a - b));
      expect(end.offsetBytes).toBe(bytes.length);
      for (const chunk of chunks) expect(chunk.checkpoint.note.length).toBeLessThan(2000);
    });

    it('reads on from every checkpoint as if it had never stopped', async () => {
      const bytes = encode(titles + rows(2500));
      const whole = await read(bytes);
      for (const [index, chunk] of whole.chunks.entries()) {
        const rest = await read(bytes, { resume: chunk.checkpoint });
        expect(rest.punches).toEqual(whole.chunks.slice(index + 1).flatMap((next) => next.punches));
        expect(rest.end).toEqual(whole.end);
      }
    });

    it('does not depend on how the bytes come in pieces', async () => {
      await fc.assert(
        fc.asyncProperty(pieces, async (sizes) => {
          const bytes = encode(titles + rows(12, ['\r\n', '\n', '\r', '\r\r\n', '\r\0\n']));
          expect(await read(bytes, { pieces: sizes })).toEqual(await read(bytes));
        }),
        SEED,
      );
    });

    it('a file that grows byte by byte ends up as one that was there at once', async () => {
      const bytes = encode(titles + rows(12, ['\r\n', '\n', '\r']));
      const whole = await read(bytes);
      const cuts = fc.uniqueArray(fc.integer({ min: 0, max: bytes.length }), { maxLength: 8 });
      await fc.assert(
        fc.asyncProperty(cuts, async (stops) => {
          const grown = await readGrowing(
            bytes,
            stops.sort((a, b) => a - b),
          );
          expect(grown.flatMap((part) => part.punches)).toEqual(whole.punches);
          expect(grown.flatMap((part) => part.rejected)).toEqual(whole.rejected);
          expect(grown.flatMap((part) => part.skipped)).toEqual(whole.skipped);
          expect(grown.at(-1)!.end.offsetBytes).toBe(whole.end.offsetBytes);
        }),
        SEED,
      );
    });

    it('takes no half line, and the last whole one once the file is still', async () => {
      const text = titles + rows(3);
      const unended = encode(text.slice(0, -2));
      const waiting = await read(unended);
      expect(waiting.punches).toHaveLength(2);
      expect(waiting.pendingTail?.text.trim()).toBe(subject.row(2).trim());
      const still = await read(unended, { still: true });
      expect(still.punches).toHaveLength(3);
      expect(still.pendingTail).toBeNull();
      const ended = await read(encode(text + rows(1)), { resume: still.end });
      expect(ended.punches.map((punch) => punch.line)).toEqual([still.punches.at(-1)!.line + 1]);
      expect(ended.skipped).toEqual([]);
    });

    it('begins at the start when the note is not its own', async () => {
      const bytes = encode(titles + rows(3));
      const { end } = await read(bytes);
      for (const note of ['', '{', 'null', '[]', '{"version":99}', '{"version":1,"format":"other"}']) {
        const again = await read(bytes, { resume: { ...end, note } });
        expect(again.punches).toHaveLength(3);
      }
    });

    it('law 3: counts every line of anything, and never throws for it', async () => {
      const anything = fc.oneof(
        fc.uint8Array({ maxLength: 300 }),
        fc
          .array(fc.oneof(fc.string(), fc.constantFrom(...FRAGMENTS, subject.row(1))), { maxLength: 20 })
          .map((parts) => encode(titles + parts.join(''))),
        fc.array(fc.constantFrom(...FRAGMENTS), { maxLength: 40 }).map((parts) => encode(parts.join(''))),
      );
      await fc.assert(
        fc.asyncProperty(anything, fc.boolean(), async (bytes, still) => {
          const reading = await readOrRefuse({ fileName, bytes, still });
          if (reading === null) return;
          const units = [reading.punches, reading.duplicates, reading.rejected, reading.skipped].flat();
          const lines = new Set(units.map((unit) => unit.line));
          expect([...lines].sort((a, b) => a - b)).toEqual(
            Array.from({ length: reading.end.line }, (_, at) => at + 1),
          );
        }),
        { seed: 20260115, numRuns: 150 },
      );
    });
  });

  async function readOrRefuse(file: MemoryFile): Promise<WholeReading | null> {
    try {
      return await readAll(format, file, createContext({ forced: true }));
    } catch (error) {
      if (error instanceof FileUnreadable) return null;
      throw error;
    }
  }

  /** As the engine does it: each time from the last checkpoint, whatever is there by then. */
  async function readGrowing(bytes: Uint8Array, stops: readonly number[]): Promise<WholeReading[]> {
    const parts: WholeReading[] = [];
    let resume: ResumePoint | null = null;
    for (const stop of [...stops, bytes.length]) {
      const part: WholeReading | null = await readOrRefuse({ fileName, bytes: bytes.slice(0, stop), resume });
      if (part === null) continue;
      parts.push(part);
      resume = part.end;
    }
    return parts;
  }
}

const FRAGMENTS = [
  '\n',
  '\r',
  '\r\n',
  '\t',
  ' ',
  ',',
  '"',
  '""',
  ';',
  '\0',
  '\u001a',
  '\ufeff',
  '0',
  '1',
  '1001',
  'SN=',
  '# ',
  '---',
  '15/01/2026',
  '1/19/2026',
  '2/3/2026',
  '15/1/2569',
  '15/1/69',
  '2026-01-15',
  '31/02/2026',
  '15-XX-2026',
  '7:58',
  '07:58:12',
  '25:00:00',
  'AM',
  'PM',
  'ก่อนเที่ยง',
  'ຫຼັງທ່ຽງ',
  '๑๕/๑/๒๕๖๙',
  'Date Export',
  'Total',
  'EnNo\tDateTime',
  'สมชาย',
  'T',
  'Z',
  '+07:00',
];
