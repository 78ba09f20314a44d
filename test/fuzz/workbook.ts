import { crc32 } from 'node:zlib';

/** The parts of a small workbook, so that they can be spoiled one by one. */
export function workbookOf(rows: readonly (readonly string[])[]): Map<string, string> {
  const data = rows.map(
    (cells, i) => `<row r="${i + 1}">${cells.map((cell, at) => cellOf(cell, at, i)).join('')}</row>`,
  );
  return new Map([
    [
      '[Content_Types].xml',
      `${XML}<Types xmlns="${TYPES}"><Default Extension="rels" ContentType="${RELS_TYPE}"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${SHEET_TYPE}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="${SHEET_TYPE}.worksheet+xml"/></Types>`,
    ],
    [
      '_rels/.rels',
      `${XML}<Relationships xmlns="${RELS}"><Relationship Id="rId1" Type="${DOCUMENT}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    ],
    [
      'xl/workbook.xml',
      `${XML}<workbook xmlns="${MAIN}" xmlns:r="${DOCUMENT}"><workbookPr date1904="0"/><sheets><sheet name="Punches" sheetId="1" r:id="rId1"/></sheets></workbook>`,
    ],
    [
      'xl/_rels/workbook.xml.rels',
      `${XML}<Relationships xmlns="${RELS}"><Relationship Id="rId1" Type="${DOCUMENT}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
    ],
    [
      'xl/worksheets/sheet1.xml',
      `${XML}<worksheet xmlns="${MAIN}"><sheetData>${data.join('')}</sheetData></worksheet>`,
    ],
  ]);
}

const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';
const TYPES = `${PACKAGE}/content-types`;
const RELS = `${PACKAGE}/relationships`;
const DOCUMENT = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const RELS_TYPE = 'application/vnd.openxmlformats-package.relationships+xml';
const SHEET_TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml';

function cellOf(text: string, column: number, row: number): string {
  const place = `${String.fromCharCode(65 + column)}${row + 1}`;
  return `<c r="${place}" t="inlineStr"><is><t>${text}</t></is></c>`;
}

/** A zip archive that packs nothing, so that what is spoiled in a part is spoiled in the file. */
export function zip(parts: ReadonlyMap<string, string>): Uint8Array {
  const files: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const [name, text] of parts) {
    const data = Buffer.from(text, 'utf8');
    const shared = sharedOf(name, data);
    const file = Buffer.concat([number(0x04034b50, 4), shared, Buffer.from(name), data]);
    const place = Buffer.concat([number(0, 10), number(at, 4)]);
    directory.push(Buffer.concat([number(0x02014b50, 4), number(20, 2), shared, place, Buffer.from(name)]));
    files.push(file);
    at += file.length;
  }
  const list = Buffer.concat(directory);
  const counts = Buffer.concat([number(0, 4), number(parts.size, 2), number(parts.size, 2)]);
  const end = [number(0x06054b50, 4), counts, number(list.length, 4), number(at, 4), number(0, 2)];
  return new Uint8Array(Buffer.concat([...files, list, ...end]));
}

/** What the head of a file and its place in the directory have in common (APPNOTE 4.3.7). */
function sharedOf(name: string, data: Buffer): Buffer {
  const sizes = [number(crc32(data), 4), number(data.length, 4), number(data.length, 4)];
  return Buffer.concat([
    number(20, 2),
    number(0, 8),
    ...sizes,
    number(Buffer.byteLength(name), 2),
    number(0, 2),
  ]);
}

function number(value: number, bytes: number): Buffer {
  const buffer = Buffer.alloc(bytes);
  for (let i = 0; i < bytes; i += 1) buffer[i] = Math.floor(value / 256 ** i) % 256;
  return buffer;
}
