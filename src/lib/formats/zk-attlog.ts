import { statusNumber, verifyOf } from './codes.js';
import { parseMoment } from './dates.js';
import { type DeviceEvidence, deviceInFileName, deviceOf } from './device.js';
import type { FileHead, Format } from './format.js';
import type { RowReader, RowSetup } from './rows.js';
import { createTextFormat } from './text-format.js';

/**
 * ZKTeco's USB download `*_attlog.dat`: PIN, time, **device number**, status, verify, work code. An ADMS upload body
 * has no device number: read in the other's order it turns the device number into the status (hip-files.md c).
 *
 * Six columns are a `.dat`. Seven and more are one when the file is named so; otherwise nothing tells the two apart
 * and the operator must: by `sync.format: "adms-body"`, or by forcing `zk-attlog` on a file that shows by a third
 * column of 0 that it holds no device numbers. With fewer than six columns the numbers prove nothing.
 */
export const zkAttlog: Format = createTextFormat({
  name: 'zk-attlog',
  unclearDates: true,
  claims: (head, fileName) =>
    isAttlogName(fileName) ? looksPunched(head) || isBlank(head) : isAttlogContent(head),
  openRows: (setup) => createRows(setup, orderOf(setup)),
});

/** A saved ADMS upload; nothing in it says so, so it is only read when `sync.format` names it. */
export const admsBody: Format = createTextFormat({
  name: 'adms-body',
  unclearDates: true,
  claims: () => false,
  openRows: (setup) => createRows(setup, 'adms'),
});

type ColumnOrder = 'dat' | 'adms' | 'by-count';

interface ZkState {
  readonly order: ColumnOrder;
  /** From a line `SN=…` in the file. */
  readonly sn: string | null;
}

const SERIAL_LINE = /^\s*S[a-z ]*[=:]\s*(\S+)/i;
/** Some firmware writes its serial number and a check sum between the rows; their lines begin with S and C. */
const OTHER_LINE = /^\s*[SC]/i;
const SPACED_ROW = /^\s*(\S+)\s+(\d{4}[-/]\d{1,2}[-/]\d{1,2})[ T](\d{1,2}:\d{2}(?::\d{2})?)((?:\s+\S+)*)\s*$/;
/** Of the tools that copy such files; devices write none. */
const TITLES = /^\s*(?:pin|id|no|user ?id|รหัส\S*|ລະຫັດ\S*)\.?\t\D*$/i;
const ISO_TIME = /^\s*\d{4}[-/]\d{1,2}[-/]\d{1,2}[ T]+\d{1,2}:\d{2}/;
const DAT_COLUMNS = 6;

function createRows(setup: RowSetup, settled: ColumnOrder): RowReader {
  const { context, rules } = setup;
  const naming = { machines: context.machines, fallback: context.defaultDeviceSn };
  const named = deviceInFileName(setup.fileName);
  const state = setup.state as ZkState | undefined;
  // What the head of a file that has grown shows now may settle what was open before.
  const order = state === undefined || state.order === 'by-count' ? settled : state.order;
  let sn = state?.sn ?? null;
  return {
    read(line, out) {
      const cells = cellsOf(line);
      if (isOther(cells)) {
        sn = SERIAL_LINE.exec(line)?.[1] ?? sn;
        return out.skip('metadata');
      }
      if (cells.length < 2) return out.reject('too-few-fields');
      if (TITLES.test(line)) return out.skip('column-header');
      out.fields = cells.length;
      const columns = columnsIn(order, cells);
      const evidence: DeviceEvidence = {
        serialNumber: sn ?? named.serialNumber,
        machineNumber: columns.machine || named.machineNumber,
      };
      const moment = parseMoment(cells[1]!, rules);
      if (typeof moment === 'string') return out.reject(moment);
      return out.punch(cells[0]!.trim(), moment, {
        device: deviceOf(evidence, naming),
        status: statusNumber(columns.status),
        verify: verifyOf(columns.verify),
        workCode: columns.workCode,
      });
    },
    state: (): ZkState => ({ order, sn }),
  };
}

function columnsIn(
  order: ColumnOrder,
  cells: readonly string[],
): { machine: string; status: string; verify: string; workCode: string } {
  const cell = (at: number): string => cells[at]?.trim() ?? '';
  if (order === 'adms') return { machine: '', status: cell(2), verify: cell(3), workCode: cell(4) };
  const isDat = cells.length === DAT_COLUMNS || (order === 'dat' && cells.length > DAT_COLUMNS);
  if (!isDat) return { machine: '', status: '', verify: '', workCode: '' };
  return { machine: cell(2), status: cell(3), verify: cell(4), workCode: cell(5) };
}

/** Tabs; some tools lose them and leave blanks. */
function cellsOf(line: string): readonly string[] {
  if (line.includes('\t')) return line.split('\t');
  const match = SPACED_ROW.exec(line);
  if (!match) return [line];
  return [match[1]!, `${match[2]} ${match[3]}`, ...match[4]!.trim().split(/\s+/)].filter(
    (cell) => cell !== '',
  );
}

function orderOf({ fileName, head, context }: RowSetup): ColumnOrder {
  if (isAttlogName(fileName)) return 'dat';
  // Device numbers begin at 1.
  const isAdms = rowsOf(head).some((cells) => cells.length > DAT_COLUMNS && cells[2]!.trim() === '0');
  return context.forced && isAdms ? 'adms' : 'by-count';
}

function isAttlogName(fileName: string): boolean {
  return /_attlog(?![a-z0-9]).*\.dat$/i.test(fileName);
}

function isBlank(head: FileHead): boolean {
  return head.whole && head.lines.every((line) => line.trim() === '');
}

function rowsOf(head: FileHead): readonly (readonly string[])[] {
  return head.lines
    .filter((line) => line.trim() !== '')
    .map(cellsOf)
    .filter((cells) => !isOther(cells));
}

function isOther(cells: readonly string[]): boolean {
  return cells.length === 1 && OTHER_LINE.test(cells[0]!);
}

function looksPunched(head: FileHead): boolean {
  return rowsOf(head).some((cells) => ISO_TIME.test(cells[1] ?? ''));
}

/** By content alone: all rows have a time second and three to six columns between tabs. */
function isAttlogContent(head: FileHead): boolean {
  const rows = rowsOf(head);
  if (rows.length === 0 || !head.lines.some((line) => line.includes('\t'))) return false;
  const good = rows.filter(
    (cells) => cells.length >= 3 && cells.length <= DAT_COLUMNS && ISO_TIME.test(cells[1]!),
  );
  return good.length * 2 > rows.length;
}

/** For the hint on a file that nobody claims: rows that are either of the two. */
export function mayBeAdmsBody(head: FileHead): boolean {
  return rowsOf(head).some((cells) => cells.length > DAT_COLUMNS && ISO_TIME.test(cells[1] ?? ''));
}
