import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FORMAT_NAMES, type FormatName } from '../../src/lib/formats/format.js';
import { createHead } from '../../src/lib/formats/head.js';
import { chooseFormat, createFormats, rereadRow } from '../../src/lib/formats/index.js';
import { bytesOf, createContext, readAll } from './reading.js';

const FILES = join(import.meta.dirname, '../files');
const formats = createFormats();

function choose(fileName: string, text: string | Uint8Array, forced: FormatName | null = null) {
  const bytes = typeof text === 'string' ? bytesOf(text) : text;
  return chooseFormat(formats, { head: createHead(bytes, bytes.length), fileName, forced });
}

describe('chooseFormat', () => {
  it('knows every format by its name', () => {
    expect(new Set(formats.map((format) => format.name))).toEqual(new Set(FORMAT_NAMES));
    for (const name of FORMAT_NAMES) expect(choose('a.txt', '1 2 3\n', name).format?.name).toBe(name);
  });

  it('says why nobody claims a file', () => {
    expect(choose('a.txt', 'hello\n')).toMatchObject({ format: null, hint: /sync.format/ });
    expect(choose('x.csv', '')).toMatchObject({ hint: 'The file is empty.' });
    expect(choose('x.txt', '1\t2026-01-15 07:58:12\t0\t1\t0\t0\t0\n').hint).toContain('adms-body');
    expect(choose('r.xls', Uint8Array.of(0xd0, 0xcf, 0x11, 0xe0, 1, 2)).hint).toContain('.xlsx');
    expect(choose('r.bin', Uint8Array.of(1, 2, 3, 4)).hint).not.toBe('');
  });

  it('forces no text format on bytes, and nothing on a list of users', () => {
    expect(choose('r.bin', Uint8Array.of(1, 2, 3, 4), 'hip-alog').format).toBeNull();
    expect(choose('user.dat', '1 1001 15/01/2026 07:58:12 AM FP\n', 'hip-alog').format).toBeNull();
    expect(choose('r.bin', Uint8Array.of(1, 2, 3, 4), 'access-mdb').format?.name).toBe('access-mdb');
  });

  it('forces a layout of tables on workbooks, too, and no other layout with it', async () => {
    const matrix = readFileSync(join(FILES, 'xlsx/matrix/m.xlsx'));
    const file = { fileName: 'matrix.xlsx', bytes: matrix };
    const asMatrix = choose('matrix.xlsx', matrix, 'hip-matrix').format!;
    expect((await readAll(asMatrix, file)).punches.length).toBeGreaterThan(0);
    const asList = choose('matrix.xlsx', matrix, 'zktime-list').format!;
    await expect(readAll(asList, file)).rejects.toMatchObject({ reason: 'no-known-titles' });
    expect(choose('matrix.xlsx', matrix, 'hip-alog').format).toBeNull();
  });

  it('takes column numbers of the operator for no titles of a workbook', () => {
    const own = createFormats({ columns: { user: 1, date: 3, time: 4 } });
    const matrix = readFileSync(join(FILES, 'xlsx/matrix/m.xlsx'));
    const head = createHead(matrix, matrix.length);
    const { format } = chooseFormat(own, { head, fileName: 'matrix.xlsx', forced: 'csv' });
    return expect(readAll(format!, { fileName: 'matrix.xlsx', bytes: matrix })).rejects.toMatchObject({
      reason: 'no-known-titles',
    });
  });

  it('takes what the operator described before what it guesses', () => {
    const own = createFormats({ columns: { user: 'emp_code', time: 'upload_time' } });
    const head = createHead(bytesOf('emp_code,punch_time,upload_time\n'), 32);
    expect(chooseFormat(own, { head, fileName: 'a.csv', forced: null }).format?.name).toBe('csv');
    expect(chooseFormat(formats, { head, fileName: 'a.csv', forced: null }).format?.name).toBe('biotime-csv');
  });
});

describe('rereadRow', () => {
  const alog = formats.find((format) => format.name === 'hip-alog')!;

  it('reads a refused row again with what its file had settled', async () => {
    const bytes = bytesOf('1 1 19/01/2026 8:00 FP\r\n2 1 1/20/2026 8:00 FP\r\n3 1 2/3/2026 8:00 สมชาย\r\n');
    const { chunks, rejected } = await readAll(alog, { fileName: 'a.txt', bytes });
    const refused = { fileName: 'a.txt', reject: rejected[0]!, note: chunks[0]!.checkpoint.note };
    const same = await rereadRow(alog, refused, createContext());
    expect(same?.rejected).toEqual(rejected);
    const settled = await rereadRow(alog, refused, createContext({ dateOrder: 'mdy' }));
    expect(settled).toMatchObject({
      rejected: [],
      punches: [{ line: 3, time: '2026-02-03 08:00:00' }],
      remarks: [],
    });
    expect(settled?.punches.map((punch) => punch.raw)).toEqual(['3 1 2/3/2026 8:00 สมชาย']);
  });

  it('reads a row of several lines again as one', async () => {
    const list = formats.find((format) => format.name === 'zktime-list')!;
    const bytes = bytesOf(
      'Name,No.,Date/Time\n"A\nB",7,13/1/2026 8:00\n"C\nD",8,1/20/2026 8:00\n"E\nF",9,2/3/2026 8:00\n',
    );
    const { chunks, rejected } = await readAll(list, { fileName: 'a.csv', bytes });
    expect(rejected).toMatchObject([{ line: 6, reason: 'date-order-ambiguous' }]);
    const refused = { fileName: 'a.csv', reject: rejected[0]!, note: chunks[0]!.checkpoint.note };
    const settled = await rereadRow(list, refused, createContext({ dateOrder: 'mdy' }));
    expect(settled).toMatchObject({
      rejected: [],
      punches: [{ line: 6, userId: '9', time: '2026-02-03 08:00:00', raw: '"E\nF",9,2/3/2026 8:00' }],
    });
  });

  it('knows the columns of a table and the device of a stick', async () => {
    const fk = formats.find((format) => format.name === 'fk-glog')!;
    const bytes = bytesOf('# DeviceUID = A0B1C2D3\nNo\tTMNo\tEnNo\tDateTime\n1\t1\t5\t2026-02-30 08:00:00\n');
    const { chunks, rejected } = await readAll(fk, { fileName: 'AGL_001.TXT', bytes });
    const mended = { ...rejected[0]!, row: rejected[0]!.row.replace('02-30', '02-20') };
    const again = await rereadRow(
      fk,
      { fileName: 'AGL_001.TXT', reject: mended, note: chunks[0]!.checkpoint.note },
      createContext(),
    );
    expect(again?.punches).toMatchObject([
      { line: 3, deviceSn: 'A0B1C2D3', userId: '5', time: '2026-02-20 08:00:00' },
    ]);
  });

  it('can do nothing for a row of a database', async () => {
    const mdb = formats.find((format) => format.name === 'access-mdb')!;
    const reject = { line: 1, reason: 'user-not-found', text: '', row: '' } as const;
    expect(await rereadRow(mdb, { fileName: 'x.mdb', reject, note: '{}' }, createContext())).toBeNull();
  });
});
