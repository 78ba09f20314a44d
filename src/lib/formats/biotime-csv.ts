import type { ChunkBuilder, Handled } from './chunk.js';
import { statusOf, verifyOf } from './codes.js';
import { deviceOf } from './device.js';
import {
  type Columns,
  createTableRows,
  headTitles,
  placeOf,
  presentColumns,
  type TableLayout,
  type TableRow,
} from './table.js';
import { createTextFormat } from './text-format.js';
import { parseZonedMoment } from './zones.js';

/**
 * BioTime's punches under the names of its database and API (hip-files.md g). Its human report exports could not be
 * confirmed: those are for the configured `csv`.
 */
export const biotimeLayout: TableLayout = { name: 'biotime-csv', columnsOf, readRow };

export const biotimeCsv = createTextFormat({
  name: 'biotime-csv',
  unclearDates: true,
  claims: (head) => headTitles(biotimeLayout, head) !== null,
  openRows: (setup) => createTableRows(biotimeLayout, setup),
});

function columnsOf(titles: readonly string[]): Columns | null {
  const user = placeOf(titles, 'empcode');
  const time = placeOf(titles, 'punchtime');
  if (user < 0 || time < 0) return null;
  return presentColumns({
    user,
    time,
    status: placeOf(titles, 'punchstate', 'punchstatedisplay'),
    verify: placeOf(titles, 'verifytype', 'verifytypedisplay'),
    workCode: placeOf(titles, 'workcode'),
    sn: placeOf(titles, 'terminalsn'),
  });
}

function readRow(row: TableRow, out: ChunkBuilder): Handled {
  if (row.endsBefore('user') || row.endsBefore('time')) return out.reject('too-few-fields');
  const moment = parseZonedMoment(row.cell('time'), row.rules, row.timeZone);
  if (typeof moment === 'string') return out.reject(moment, row.fault('time'));
  return out.punch(row.cell('user'), moment, {
    device: deviceOf({ serialNumber: row.cell('sn') }, row.naming),
    status: statusOf(row.cell('status')),
    verify: verifyOf(row.cell('verify')),
    workCode: row.cell('workCode'),
  });
}
