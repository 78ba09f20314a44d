import type { ChunkBuilder, Handled } from './chunk.js';
import { fkVerify, statusOf } from './codes.js';
import { parseMoment } from './dates.js';
import { deviceOf } from './device.js';
import type { FileHead } from './format.js';
import type { RowReader, RowSetup } from './rows.js';
import { foldTitle, placeOf } from './table.js';
import { createTextFormat } from './text-format.js';

/**
 * The FK family's USB text files: `GLG_nnn.TXT` (new punches), `AGL_nnn.TXT` (all). Columns differ per model and
 * filler columns without a title may stand after user and name, so columns go by title and the date by its shape;
 * comment lines on top can name the device (hip-files.md d).
 */
export const fkGlog = createTextFormat({
  name: 'fk-glog',
  unclearDates: true,
  claims: (head, fileName) => {
    const first = head.lines.slice(0, TITLE_SEARCH_LINES);
    if (first.some((line) => /^#\s*DataType\s*=/i.test(line) && !/AttendLog/i.test(line))) return false;
    if (first.some((line) => titlesOf(line) !== null)) return true;
    return FK_NAME.test(fileName) && isUntitled(head);
  },
  openRows: createRows,
});

interface FkTitles {
  readonly width: number;
  readonly machine: number;
  readonly user: number;
  readonly name: number;
  readonly mode: number;
  readonly inOut: number;
  readonly moment: number;
}

interface FkState {
  readonly titles: FkTitles | null;
  readonly sn: string | null;
  /** `LogCount` of the comment lines. */
  readonly declared: number | null;
  readonly rows: number;
}

const FK_NAME = /(?:^|[^a-z])(?:GLG|AGL)_?\d*.*\.TXT$/i;
const TITLE_SEARCH_LINES = 30;
const DEVICE_LINE = /^#\s*DeviceUID\s*=\s*(\S+)/i;
const COUNT_LINE = /\bLogCount\s*=\s*(\d+)/i;
const MOMENT_SHAPE = /^\s*\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}\s+\d{1,2}:/;
/** Without titles: No, machine, EnNo; with exactly seven columns Mode and IOMd stand before the date. */
const UNTITLED = { machine: 1, user: 2, width: 7, mode: 4, inOut: 5 } as const;

function createRows({ context, rules, head, state }: RowSetup): RowReader {
  const naming = { machines: context.machines, fallback: context.defaultDeviceSn };
  let { titles, sn, declared, rows } = (state as FkState | undefined) ?? NOTHING_KNOWN;
  const titled = titles !== null || head.lines.some((line) => titlesOf(line) !== null);
  return {
    read(line, out) {
      if (line.startsWith('#')) {
        sn = DEVICE_LINE.exec(line)?.[1] ?? sn;
        const count = COUNT_LINE.exec(line)?.[1];
        declared = count === undefined ? declared : (declared ?? 0) + Number(count);
        return out.skip('metadata');
      }
      const found = titlesOf(line);
      if (found !== null) {
        titles = found;
        return out.skip('column-header');
      }
      if (titled && titles === null) return out.skip('title');
      rows += 1;
      const cells = line.split('\t').map((cell) => cell.trim());
      out.fields = cells.length;
      return readRow(titles === null ? untitledRow(cells) : titledRow(cells, titles), out);
    },
    state: (): FkState => ({ titles, sn, declared, rows }),
    finish(out) {
      if (declared === null || declared === rows) return;
      out.remark(
        'count-mismatch',
        `The file says it holds ${declared} punches and has ${rows} lines of them.`,
      );
    },
  };

  function readRow(row: FkRow, out: ChunkBuilder): Handled {
    if (row.moment === null) return out.reject('too-few-fields');
    const moment = parseMoment(row.moment, rules);
    if (typeof moment === 'string') return out.reject(moment);
    return out.punch(row.user, moment, {
      device: deviceOf({ serialNumber: sn, machineNumber: row.machine }, naming),
      status: fkStatus(row.inOut),
      verify: fkVerify(row.mode),
    });
  }
}

const NOTHING_KNOWN: FkState = { titles: null, sn: null, declared: null, rows: 0 };

interface FkRow {
  readonly user: string;
  readonly machine: string;
  readonly mode: string;
  readonly inOut: string;
  /** Null when the row ends before it. */
  readonly moment: string | null;
}

function titledRow(cells: readonly string[], titles: FkTitles): FkRow {
  const shift = shiftOf(cells, titles);
  const cell = (place: number): string =>
    place < 0 ? '' : (cells[place > titles.name && place > titles.user ? place + shift : place] ?? '');
  return {
    user: cell(titles.user),
    machine: cell(titles.machine),
    mode: cell(titles.mode),
    inOut: cell(titles.inOut),
    moment: cells[titles.moment + shift] ?? null,
  };
}

/** Filler columns move everything behind user and name; the date shows by how far. */
function shiftOf(cells: readonly string[], titles: FkTitles): number {
  if (cells.length <= titles.width || MOMENT_SHAPE.test(cells[titles.moment] ?? '')) return 0;
  const at = cells.findIndex((cell) => MOMENT_SHAPE.test(cell));
  return at > titles.moment ? at - titles.moment : 0;
}

function untitledRow(cells: readonly string[]): FkRow {
  const at = cells.findIndex((cell) => MOMENT_SHAPE.test(cell));
  const last = cells.length > UNTITLED.user + 1 ? (cells.at(-1) ?? null) : null;
  const isPlain = cells.length === UNTITLED.width && (at < 0 || at === UNTITLED.width - 1);
  return {
    user: cells[UNTITLED.user] ?? '',
    machine: cells[UNTITLED.machine] ?? '',
    mode: isPlain ? cells[UNTITLED.mode]! : '',
    inOut: isPlain ? cells[UNTITLED.inOut]! : '',
    moment: at > UNTITLED.user ? cells[at]! : last,
  };
}

function titlesOf(line: string): FkTitles | null {
  if (!/en\s*no/i.test(line) || !line.includes('\t')) return null;
  const titles = line.split('\t').map(foldTitle);
  const user = placeOf(titles, 'enno');
  const moment = placeOf(titles, 'datetime', 'datetimes');
  if (user < 0 || moment < 0) return null;
  return {
    width: titles.length,
    machine: placeOf(titles, 'tmno', 'mchn', 'machineno'),
    user,
    name: placeOf(titles, 'name'),
    // A model that has both writes its own mode first and the way of verification under VM.
    mode: placeOf(titles, 'vm', 'mode'),
    inOut: placeOf(titles, 'inout', 'iomd', 'iomode'),
    moment,
  };
}

/** Digits as in ZKTeco's table as far as it goes, words; letters (`S`, `E`) mean other things elsewhere. */
function fkStatus(text: string): number | null {
  if (/^\d+$/.test(text)) return /^[0-5]$/.test(text) ? Number(text) : null;
  return text.length === 1 ? null : statusOf(text);
}

function isUntitled(head: FileHead): boolean {
  const line = head.lines.find((candidate) => candidate.trim() !== '' && !candidate.startsWith('#'));
  if (line === undefined) return head.whole;
  const cells = line.split('\t');
  return cells.length > UNTITLED.user && cells.some((cell) => MOMENT_SHAPE.test(cell));
}
