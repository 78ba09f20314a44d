import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FileUnreadable } from '../../src/lib/formats/format.js';
import { createFormats } from '../../src/lib/formats/index.js';
import { workbookOf, zip } from '../fuzz/workbook.js';
import { createContext, readAll } from './reading.js';

const formats = new Map(createFormats().map((format) => [format.name, format]));
const SHEET = 'xl/worksheets/sheet1.xml';
/** Seconds or minutes, and gigabytes, when nothing holds the libraries back. */
const MOST_MS = 10_000;

/** A few bytes that make the libraries of binary formats take time and memory out of all proportion. */
describe('a workbook', () => {
  async function readWith(more: string): Promise<number | string> {
    const titles = ['รหัสที่เครื่อง', 'วัน/เวลา'];
    const parts = workbookOf([titles, ['7', '2026-03-02 08:00:00'], ['8', '2026-03-02 08:01:00']]);
    parts.set(SHEET, parts.get(SHEET)!.replace('</sheetData>', more));
    return readBytes('xlsx', zip(parts));
  }

  it.each([
    ['a row beyond the last', '<row r="99999999"><c r="A99999999"><v>1</v></c></row></sheetData>', 'damaged'],
    [
      'one merged area of the whole sheet',
      '</sheetData><mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>',
      'too-large',
    ],
    [
      'a list to choose from for a whole column',
      '</sheetData><dataValidations><dataValidation type="list" sqref="A1:A1048576"><formula1>"a,b"</formula1></dataValidation></dataValidations>',
      2,
    ],
    [
      'cells at the far right',
      `${Array.from({ length: 300 }, (_, i) => `<row r="${i + 9}"><c r="XFD${i + 9}"><v>1</v></c></row>`).join('')}</sheetData>`,
      2,
    ],
  ])('with %s', async (_, more, outcome) => {
    expect(await readWith(more)).toBe(outcome);
  });
});

describe('a database', () => {
  it.each([
    ['whose list of tables goes in a circle', 2, 'damaged'],
    ['whose list of tables goes on in a page of data', 7, 'damaged'],
  ])('%s', async (_, next, outcome) => {
    const bytes = readFileSync(join('test/files/access-mdb/pm2014-sample/Pm2014-sample.mdb'));
    bytes.writeUInt32LE(next, 2 * 4096 + 4);
    expect(await readBytes('access-mdb', new Uint8Array(bytes))).toBe(outcome);
  });
});

/** How many punches, or why none. */
async function readBytes(name: 'xlsx' | 'access-mdb', bytes: Uint8Array): Promise<number | string> {
  const before = process.cpuUsage();
  try {
    const context = createContext({ forced: true });
    const { punches } = await readAll(formats.get(name)!, { fileName: `a.${name}`, bytes }, context);
    return punches.length;
  } catch (error) {
    if (error instanceof FileUnreadable) return error.reason;
    throw error;
  } finally {
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1000).toBeLessThan(MOST_MS);
  }
}
