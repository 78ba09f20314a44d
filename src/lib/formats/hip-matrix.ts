import { type ChunkBuilder, type Handled, userIdFault } from './chunk.js';
import {
  type CalendarDate,
  type DateRules,
  dayOf,
  isDateShaped,
  joinMoment,
  type Moment,
  parseClock,
  parseDate,
  parseMoment,
} from './dates.js';
import { deviceOf } from './device.js';
import type { RejectReason } from './format.js';
import {
  type Columns,
  createTableRows,
  headTitles,
  placeOf,
  plainCell,
  type TableLayout,
  type TableRow,
} from './table.js';
import { createTextFormat } from './text-format.js';

/**
 * HIP Premium Time's export with one row per person and day: machine code, staff code, name, department, date, then
 * a column per scan (hip-files.md b). A filled scan cell is a unit of its own; a day without scans is a skipped row.
 */
export const matrixLayout: TableLayout = { name: 'hip-matrix', columnsOf, readRow };

export const hipMatrix = createTextFormat({
  name: 'hip-matrix',
  unclearDates: true,
  claims: (head) => headTitles(matrixLayout, head) !== null,
  openRows: (setup) => createTableRows(matrixLayout, setup),
});

/** What programs write into a cell to say that it is empty. */
const EMPTY_CELL = /^[-–—.:\s]*$/;

function columnsOf(titles: readonly string[]): Columns | null {
  const user = placeOf(titles, 'รหัสที่เครื่อง');
  const staff = placeOf(titles, 'รหัสพนักงาน');
  const date = placeOf(titles, 'date', 'วันที่', 'ວັນທີ');
  const scans = titles.flatMap((title, place) => (/^\d{1,2}$/.test(title) ? [place] : []));
  if (date < 0 || scans.length === 0 || (user < 0 && staff < 0)) return null;
  const behind = titles.findLastIndex((title) => title !== '') + 1;
  const more = scans.at(-1) === behind - 1 ? [behind] : [];
  return { ...(user < 0 ? {} : { user }), ...(staff < 0 ? {} : { staff }), date, scans, more };
}

function readRow(row: TableRow, out: ChunkBuilder): Handled {
  if (row.endsBefore('date')) return out.reject('too-few-fields');
  // The staff code is often empty; where the machine code is, it is all there is.
  const userId = row.cell('user') || row.cell('staff');
  const fault = userIdFault(userId);
  if (fault !== null) return out.reject(fault);
  const date = parseDate(dayOf(row.cell('date')), row.rules);
  if (typeof date === 'string') return out.reject(date, row.fault('date'));
  return readScans(row, { userId, date }, out);
}

function readScans(row: TableRow, of: { userId: string; date: CalendarDate }, out: ChunkBuilder): Handled {
  const device = deviceOf({}, row.naming);
  const seen = new Set<string>();
  let handled: Handled | null = null;
  const { titled, more } = scanCells(row);
  for (const cell of titled) {
    if (!EMPTY_CELL.test(cell)) handled = readScan(cell);
  }
  const writesDots = titled.some((cell) => DOTTED.test(cell));
  for (const cell of more) {
    const maybeHours = DOTTED.test(cell) && cell.length < '07.47'.length && !writesDots;
    handled = maybeHours ? out.reject('time-invalid', cell) : readScan(cell);
  }
  return handled ?? out.skip('no-scans');

  function readScan(cell: string): Handled {
    const moment = scanOf(cell, of.date, row.rules);
    if (typeof moment === 'string') return out.reject(moment, cell);
    if (seen.has(moment.wall.time)) return out.duplicate(of.userId, moment);
    seen.add(moment.wall.time);
    return out.punch(of.userId, moment, { device });
  }
}

/** `07.47`; an untitled `8.50` may be the hours of the day, too. */
const DOTTED = /^\d{1,2}\.\d{2}$/;
/** What may stand behind the scans: a count of them, a remark. */
const COUNT_OR_REMARK = /^(?:\d{1,2}|\p{L}(?!.*\d[:.]\d).*|\D*)$/u;

/** A day of more scans than titles has them behind the last one; what can't be told from a scan there is refused. */
function scanCells({ cells, columns }: TableRow): { titled: readonly string[]; more: readonly string[] } {
  const { scans, more } = columns as Readonly<Record<string, readonly number[]>>;
  const titled = scans!.map((place) => plainCell(cells[place]));
  const [behind] = more ?? [];
  if (behind === undefined) return { titled, more: [] };
  return {
    titled,
    more: cells
      .slice(behind)
      .map(plainCell)
      .filter((cell) => !COUNT_OR_REMARK.test(cell)),
  };
}

function scanOf(cell: string, date: CalendarDate, rules: DateRules): Moment | RejectReason {
  // A cell of a workbook can hold the day, too, and shows only the time.
  if (isDateShaped(cell.split(/[\sT]/)[0]!)) return parseMoment(cell, rules);
  // Thai writes 07.47 as well as 07:47; in a scan cell it can be nothing else.
  const text = cell.replace(/^(\d{1,2})\.(\d{2})(?=\D*$)/, '$1:$2');
  const clock = parseClock(text.replace(/\s+/g, ''), null);
  return typeof clock === 'string' ? clock : joinMoment(date, clock);
}
