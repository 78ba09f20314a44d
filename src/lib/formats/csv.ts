import { judgeRow } from './broken-row.js';
import { splitCells } from './cells.js';
import type { ChunkBuilder, Handled } from './chunk.js';
import { statusOf, verifyOf } from './codes.js';
import { dayOf, joinMoment, type Moment, parseClock, parseDate } from './dates.js';
import { deviceOf } from './device.js';
import { FileUnreadable, type Format, type RejectReason } from './format.js';
import type { RowReader, RowSetup } from './rows.js';
import {
  type Columns,
  cellsOf,
  createTableRow,
  createTableRows,
  foldTitle,
  headTitles,
  type TableLayout,
  type TableRow,
  tableSetting,
} from './table.js';
import { createTextFormat } from './text-format.js';
import { parseZonedMoment } from './zones.js';

/**
 * `sync.csv`: a table that hip knows only from its settings. With titles the file names itself; with mere column
 * numbers nothing in it does, so it must be chosen with `sync.format`.
 */
export interface CsvSettings {
  /** Our column to the file's title, or to a 1-based column number. All of one kind. */
  readonly columns: Readonly<Partial<Record<CsvColumn, string | number>>>;
  /** Only for files without titles, where it can't be seen; a comma when not set. */
  readonly delimiter?: string;
}

/** `time` holds date and time, or the time alone where there is a `date`. `user` and `time` are needed. */
export const CSV_COLUMNS = [
  'user',
  'time',
  'date',
  'status',
  'verify',
  'workCode',
  'deviceSn',
  'machine',
] as const;

export type CsvColumn = (typeof CSV_COLUMNS)[number];

export function createCsvFormat(settings: CsvSettings | null): Format {
  const layout = createCsvLayout(settings);
  const numbers = settings === null ? null : numberedColumns(settings);
  return createTextFormat({
    name: 'csv',
    unclearDates: true,
    claims: (head) => numbers === null && headTitles(layout, head) !== null,
    openRows: (setup) => {
      if (settings === null) throw new FileUnreadable('no-known-titles', 'sync.csv.columns is not set.');
      if (numbers === null) return createTableRows(layout, setup);
      return createNumberedRows(numbers, settings.delimiter ?? ',', setup);
    },
  });
}

/** By title; also for workbooks. Matches nothing without settings, nor with numbers: a matrix has titles like those. */
export function createCsvLayout(settings: CsvSettings | null): TableLayout {
  const wanted = Object.entries(settings?.columns ?? {}).filter(([, title]) => typeof title === 'string');
  return {
    name: 'csv',
    columnsOf: (titles) => {
      if (wanted.length === 0) return null;
      const places = wanted.map(([name, title]) => [name, titles.indexOf(foldTitle(String(title)))] as const);
      return places.every(([, place]) => place >= 0) ? Object.fromEntries(places) : null;
    },
    readRow,
  };
}

function readRow(row: TableRow, out: ChunkBuilder): Handled {
  if (row.endsBefore('user') || row.endsBefore('time')) return out.reject('too-few-fields');
  const moment = momentOf(row);
  if (typeof moment === 'string') return out.reject(moment, row.fault('time'));
  const evidence = { serialNumber: row.cell('deviceSn'), machineNumber: row.cell('machine') };
  return out.punch(row.cell('user'), moment, {
    device: deviceOf(evidence, row.naming),
    status: statusOf(row.cell('status')),
    verify: verifyOf(row.cell('verify')),
    workCode: row.cell('workCode'),
  });
}

function momentOf(row: TableRow): Moment | RejectReason {
  if (row.columns.date === undefined) return parseZonedMoment(row.cell('time'), row.rules, row.timeZone);
  const date = parseDate(dayOf(row.cell('date')).replace(COMPACT_DATE, '$1-$2-$3'), row.rules);
  if (typeof date === 'string') return date;
  const time = row.cell('time').replace(/\s+/g, '');
  const clock = parseClock(time.replace(COMPACT_CLOCK, '$1:$2').replace(COMPACT_SECONDS, '$1:$2'), null);
  return typeof clock === 'string' ? clock : joinMoment(date, clock);
}

/** `20260115` and `0758`, `075812`: only where date and time are columns of their own can they be told from ids. */
const COMPACT_DATE = /^(\d{4})(\d{2})(\d{2})$/;
const COMPACT_CLOCK = /^(\d{2})(\d{2}(?:\d{2})?)$/;
const COMPACT_SECONDS = /^(\d{2}:\d{2})(\d{2})$/;

function numberedColumns(settings: CsvSettings): Columns | null {
  const entries = Object.entries(settings.columns);
  if (entries.length === 0 || !entries.every(([, column]) => typeof column === 'number')) return null;
  return Object.fromEntries(entries.map(([name, column]) => [name, Number(column) - 1]));
}

function createNumberedRows(columns: Columns, delimiter: string, setup: RowSetup): RowReader {
  const setting = tableSetting(setup.context, setup.rules);
  const cellsNeeded = cellsOf(columns);
  return {
    read(line, out) {
      const cells = splitCells(line, delimiter);
      out.fields = cells.length;
      return readRow(createTableRow(cells, columns, setting), out);
    },
    judge: (lines) => judgeRow(lines, delimiter, cellsNeeded),
    state: () => null,
  };
}
