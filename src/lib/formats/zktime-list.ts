import type { ChunkBuilder, Handled } from './chunk.js';
import { statusOf, verifyOf } from './codes.js';
import { dayOf, isClockShaped, isDateShaped, meridiemOf, parseMoment } from './dates.js';
import { type Device, deviceOf, isSerialShaped } from './device.js';
import { isTotal } from './footer.js';
import type { FileHead } from './format.js';
import type { RowReader, RowSetup } from './rows.js';
import {
  type Columns,
  createTableRows,
  headTitles,
  placeOf,
  presentColumns,
  type TableLayout,
  type TableRow,
} from './table.js';
import { foldDigits } from './text.js';
import { createTextFormat } from './text-format.js';

/**
 * The lists that ZKTime and its Thai relatives export, one punch per row, and the bare lines that Thai payroll
 * programs ask for: `code dd/mm/yyyy HH:mm` without titles (hip-files.md b).
 */
export const zktimeLayout: TableLayout = { name: 'zktime-list', columnsOf, readRow };

export const zktimeList = createTextFormat({
  name: 'zktime-list',
  unclearDates: true,
  claims: (head) => !isCommented(head) && (headTitles(zktimeLayout, head) !== null || isBareList(head)),
  openRows: (setup) => (isBare(setup) ? createBareRows(setup) : createTableRows(zktimeLayout, setup)),
});

const CLOCK_TITLES: ReadonlySet<string> = new Set(['time', 'เวลา', 'ເວລາ']);

function columnsOf(titles: readonly string[]): Columns | null {
  const user = placeOf(
    titles,
    'รหัสที่เครื่อง',
    'acno',
    'enrollno',
    'enno',
    'badgenumber',
    'userid',
    'ລະຫັດ',
    'no',
  );
  const date = placeOf(titles, 'date', 'วันที่', 'ວັນທີ');
  const time = placeOf(titles, 'วันเวลา', 'datetime', 'checktime', 'ວັນທີເວລາ', 'time', 'เวลา', 'ເວລາ');
  // A "No." in front is a running number; the list that calls the id so has it third.
  const isRunningNumber = titles[user] === 'no' && titles.slice(0, user).every((title) => title === '');
  if (user < 0 || time < 0 || isRunningNumber) return null;
  return presentColumns({
    user,
    time,
    // Only beside a column that holds nothing but the time.
    date: CLOCK_TITLES.has(titles[time]!) ? date : -1,
    status: placeOf(titles, 'เข้าออก', 'status', 'state', 'checktype', 'ສະຖານະ'),
    sn: placeOf(titles, 'sn', 'serialno', 'serialnumber', 'devicesn'),
    machine: placeOf(titles, 'หมายเลขเครื่อง', 'locationid', 'machineno', 'deviceno', 'sensorid', 'ໝາຍເລກເຄື່ອງ'),
    verify: placeOf(titles, 'บันทึกโดย', 'verifycode', 'verifymode'),
    workCode: placeOf(titles, 'workcode'),
  });
}

function readRow(row: TableRow, out: ChunkBuilder): Handled {
  if (row.endsBefore('user') || row.endsBefore('time')) return out.reject('too-few-fields');
  const moment = parseMoment(`${dayOf(row.cell('date'))} ${row.cell('time')}`, row.rules);
  if (typeof moment === 'string') return out.reject(moment, row.fault('time'));
  return out.punch(row.cell('user'), moment, {
    device: deviceOfRow(row),
    status: statusOf(row.cell('status')),
    verify: verifyOf(row.cell('verify')),
    workCode: row.cell('workCode'),
  });
}

/** Long lists count to a million, the serial numbers of devices are longer. */
const RUNNING_NUMBER = /^\d{1,7}$/;

/** `S/N` is the title of serial numbers and, in office lists, of running ones: each row would get a device of its own. */
function deviceOfRow(row: TableRow): Device {
  const serialNumber = row.cell('sn');
  const machineNumber = row.cell('machine');
  const isSerial = isSerialShaped(serialNumber) && !RUNNING_NUMBER.test(serialNumber);
  return deviceOf(isSerial ? { serialNumber, machineNumber } : { machineNumber }, row.naming);
}

const BARE_STATE = { bare: true } as const;
const BARE_SEPARATOR = /[\s,;]+/;
const BARE_SEARCH_LINES = 50;

function isBare(setup: RowSetup): boolean {
  const state = setup.state as { bare?: true } | undefined;
  // A file that was read when it had no more than a heading may have got its titles since.
  if (state !== undefined && !state.bare) return false;
  return headTitles(zktimeLayout, setup.head) === null;
}

/** The FK family's files of users and settings have titles that look alike; their comments say what they are. */
function isCommented(head: FileHead): boolean {
  return head.lines.some((line) => line.startsWith('#'));
}

/** Most lines must have the shape and nothing else: there are no titles to go by. */
function isBareList(head: FileHead): boolean {
  const lines = head.lines.slice(0, BARE_SEARCH_LINES).filter((line) => line.trim() !== '' && !isTotal(line));
  const bare = lines.filter((line) => isBareLine(bareWords(line)));
  return bare.length * 2 > lines.length;
}

function isBareLine(words: readonly string[]): boolean {
  const [, date = '', time = '', meridiem] = words;
  if (!isDateShaped(date) || !isClockShaped(time)) return false;
  return words.length === 3 || (words.length === 4 && meridiemOf(meridiem!) !== null);
}

function bareWords(line: string): string[] {
  return foldDigits(line).trim().split(BARE_SEPARATOR);
}

function createBareRows({ context, rules }: RowSetup): RowReader {
  const device = deviceOf({}, { machines: context.machines, fallback: context.defaultDeviceSn });
  return {
    read(line, out) {
      if (isTotal(line)) return out.skip('footer');
      const [userId, ...words] = bareWords(line);
      if (!/\d/.test(foldDigits(line))) return out.skip('no-date-or-time');
      if (isDateShaped(foldDigits(userId!))) return out.reject('user-id-missing');
      if (words.length === 1 && isDateShaped(words[0]!)) return out.reject('time-missing');
      if (words.length < 2) return out.reject('too-few-fields');
      out.fields = words.length + 1;
      const moment = parseMoment(words.slice(0, 3).join(' '), rules);
      if (typeof moment === 'string') return out.reject(moment);
      return out.punch(userId!, moment, { device });
    },
    state: () => BARE_STATE,
  };
}
