import { describe, expect, it } from 'vitest';
import type { FilePunch, Format } from '../../src/lib/formats/format.js';
import { createHead } from '../../src/lib/formats/head.js';
import { chooseFormat, createFormats } from '../../src/lib/formats/index.js';
import { contextOf, type ExpectedPunch, type FileCase, loadCases, readCaseFile } from './cases.js';
import { readAll } from './reading.js';

for (const file of loadCases()) {
  describe(file.name, () => {
    const bytes = readCaseFile(file);
    const format = chosen(file, bytes);

    it(`is ${file.format ?? "nobody's"}: ${file.about}`, () => {
      expect(format?.name ?? null).toBe(file.format);
    });

    if (format === null) return;
    if (file.error !== undefined) {
      it('can not be read', async () => {
        await expect(readAll(format, input(file, bytes), contextOf(file))).rejects.toMatchObject({
          name: 'FileUnreadable',
          reason: file.error,
        });
      });
      return;
    }

    it('means what its case says', async () => {
      const reading = await readAll(format, input(file, bytes), contextOf(file));
      const { once, again } = withoutRepeats(reading.punches);
      expectPunches(file, once);
      expect(again).toEqual(file.repeats ?? []);
      expect(reading.duplicates).toEqual(file.duplicates ?? []);
      expect(reading.rejected).toEqual(
        (file.rejected ?? []).map((reject) => expect.objectContaining(reject)),
      );
      if (file.skipped !== undefined) expect(reading.skipped).toEqual(file.skipped);
      if (file.pendingTail === undefined) expect(reading.pendingTail).toBeNull();
      else expect(reading.pendingTail).toMatchObject(file.pendingTail);
      expect(reading.remarks).toEqual(file.remarks ?? []);
      if (format.resumable) expect(reading.end.offsetBytes).toBe(endOf(file, bytes));
    });

    if (!format.resumable) return;
    it('law 3: every line of it is accounted for', async () => {
      const reading = await readAll(format, input(file, bytes), contextOf(file));
      const units = [reading.punches, reading.duplicates, reading.rejected, reading.skipped].flat();
      const lines = countLines(bytes) - (reading.pendingTail === null ? 0 : 1);
      const distinct = [...new Set(units.map((unit) => unit.line))].sort((a, b) => a - b);
      expect(distinct).toEqual(Array.from({ length: lines }, (_, index) => index + 1));
    });

    const { resume } = file;
    if (resume === undefined) return;
    it('is read on from where its earlier state ended', async () => {
      const before = input(file, readCaseFile(file, resume.file));
      const { end } = await readAll(format, before, contextOf(file));
      expect(end.offsetBytes).toBe(resume.fromByte);
      const after = await readAll(format, { ...input(file, bytes), resume: end }, contextOf(file));
      expect(after.punches.map((punch) => punch.line)).toEqual(resume.lines);
      const { punches } = await readAll(format, input(file, bytes), contextOf(file));
      expect(after.punches).toEqual(punches.filter(({ line }) => resume.lines.includes(line)));
    });
  });
}

function chosen(file: FileCase, bytes: Uint8Array): Format | null {
  const head = createHead(bytes, bytes.length);
  const request = { head, fileName: file.file, forced: file.forced ?? null };
  return chooseFormat(createFormats(file.csv ?? null), request).format;
}

function input(file: FileCase, bytes: Uint8Array): { fileName: string; bytes: Uint8Array; still: boolean } {
  return { fileName: file.file, bytes, still: file.still ?? false };
}

/** Counted apart from the code under test, whose lines these are. */
function countLines(bytes: Uint8Array): number {
  const { encoding } = createHead(bytes, bytes.length);
  const text = encoding.startsWith('utf-16') ? new TextDecoder(encoding).decode(bytes) : latin1(bytes);
  const lines = text.split(/\r\n|\r|\n/);
  return /^\0*$/.test(lines.at(-1)!) ? lines.length - 1 : lines.length;
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}

function expectPunches(file: FileCase, punches: readonly FilePunch[]): void {
  const expected = (file.punches ?? []).map((punch: ExpectedPunch) => expect.objectContaining(punch));
  if (file.punchCount === undefined) {
    expect(punches).toEqual(expected);
    return;
  }
  expect(punches).toHaveLength(file.punchCount);
  for (const punch of expected) expect(punches).toContainEqual(punch);
}

/** What the journal's key does. */
function withoutRepeats(punches: readonly FilePunch[]): { once: FilePunch[]; again: object[] } {
  const lines = new Map<string, number>();
  const once: FilePunch[] = [];
  const again: object[] = [];
  for (const punch of punches) {
    const { deviceSn, userId, time, line } = punch;
    const key = JSON.stringify([deviceSn, userId, time]);
    const sameAsLine = lines.get(key);
    if (sameAsLine === undefined) {
      lines.set(key, line);
      once.push(punch);
    } else {
      again.push({ line, userId, time, sameAsLine });
    }
  }
  return { once, again };
}

function endOf(file: FileCase, bytes: Uint8Array): number {
  return file.endOffset ?? file.pendingTail?.offsetBytes ?? bytes.length;
}
