import { SheetBounds } from './sheet-bounds.js';
import { readZipEntry, zipEntryText } from './zip-entry.js';

/** Addresses to what the cells hold: a moment whose UTC fields are the wall clock, or a text that is none. */
export type IsoCells = ReadonlyMap<string, Date | string>;

/**
 * Cells of type `d`, which hold a date as ISO 8601 text where others hold a number (ECMA-376 part 1, 18.18.11).
 * exceljs takes the year for the number, so they are read beside it.
 * @returns by the sheet's id in the workbook
 * @throws {FileUnreadable} for a sheet that asks too much of exceljs, which is to be called only then
 */
export async function readIsoCells(archive: Uint8Array): Promise<ReadonlyMap<number, IsoCells>> {
  const book = (await readZipEntry(archive, 'xl/workbook.xml')) ?? '';
  const relations = (await readZipEntry(archive, 'xl/_rels/workbook.xml.rels')) ?? '';
  const paths = new Map<string, string>();
  for (const tag of tagsOf(relations, 'Relationship')) {
    const target = attribute(tag, 'Target');
    paths.set(attribute(tag, 'Id'), target.startsWith('/') ? target.slice(1) : `xl/${target}`);
  }
  const sheets = new Map<number, IsoCells>();
  for (const tag of tagsOf(book, 'sheet')) {
    const path = paths.get(attribute(tag, '(?:\\w+:)?id'));
    if (path === undefined) continue;
    const cells = await cellsOf(zipEntryText(archive, path));
    if (cells.size > 0) sheets.set(Number(attribute(tag, 'sheetId')), cells);
  }
  return sheets;
}

const CELL = /<c(\s[^<>]*)>/g;
const IS_ISO = /\st\s*=\s*["']d["']/;
/** No cell with a date is as long; beyond that the text of some other cell goes on. */
const MOST_CHARACTERS = 65_536;

async function cellsOf(text: AsyncIterable<string>): Promise<Map<string, Date | string>> {
  const cells = new Map<string, Date | string>();
  const bounds = new SheetBounds();
  let rest = '';
  for await (const piece of text) {
    bounds.add(piece);
    rest += piece;
    if (IS_ISO.test(rest)) collect(rest, cells);
    const last = rest.lastIndexOf('<c');
    rest = rest.slice(last < 0 || rest.length - last > MOST_CHARACTERS ? -1 : last);
  }
  return cells;
}

function collect(text: string, cells: Map<string, Date | string>): void {
  for (const { 0: tag, 1: attributes = '', index } of text.matchAll(CELL)) {
    if (!IS_ISO.test(attributes)) continue;
    const content = text.slice(index + tag.length, index + tag.length + MOST_CONTENT);
    const value = /<v>([^<]*)<\/v>/.exec(content.split('</c>')[0]!)?.[1];
    if (value !== undefined) cells.set(attribute(attributes, 'r'), momentOf(value.trim()));
  }
}

/** A formula may stand before the value. */
const MOST_CONTENT = 4_096;
const ISO = /^(?:(\d{4}-\d{2}-\d{2})(?=[T ]|$))?[T ]?(\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?Z?$/;
/** The day of times that have none, as with numbers. */
const NO_DAY = '1899-12-30';

function momentOf(text: string): Date | string {
  const [, day, time] = ISO.exec(text) ?? [];
  if (day === undefined && time === undefined) return text;
  const moment = new Date(`${day ?? NO_DAY}T${time ?? '00:00'}Z`);
  return Number.isNaN(moment.getTime()) ? text : moment;
}

function tagsOf(xml: string, name: string): string[] {
  return Array.from(xml.matchAll(new RegExp(`<(?:\\w+:)?${name}(\\s[^<>]*)>`, 'g')), ([, tag]) => tag!);
}

function attribute(tag: string, name: string): string {
  return new RegExp(`\\s${name}\\s*=\\s*["']([^"']*)["']`).exec(tag)?.[1] ?? '';
}
