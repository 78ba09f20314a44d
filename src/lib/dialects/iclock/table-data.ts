import type { CommandResult, Reading, Reply } from '../dialect.js';
import { textReply } from '../dialect.js';
import { type IclockCall, legacyEncoding, OK, readingOf } from './call.js';
import { readEventLine } from './event-rows.js';
import { type Facts, takeFacts } from './facts.js';
import { eachLine, type Line } from './lines.js';
import { stampsOf } from './stamps.js';
import { isTaggedTable, readTaggedLine, tagOf } from './tagged.js';
import { Tally } from './tally.js';
import { keepWhole } from './unknown.js';

/** Tables of access control firmware: `tabledata` unasked, `querydata` in answer to a command (adms.md 12). */

const TABLE_NAME = /^\w{1,64}$/;
const COUNT = /^\d{1,9}$/;

export function readTableData(call: IclockCall): Reading {
  const tally = new Tally();
  const table = tableName(call);
  readRows(call, tally, table.toUpperCase());
  const stamps = stampsOf(call.request, table.toUpperCase());
  return readingOf(call.sn, tally, acknowledge(call, tally, table), { stamps });
}

/**
 * `querydata` also ends its command: newer firmware reports it at `devicecmd` as well, older never does (BioFace A1).
 */
export function readQueryData(call: IclockCall): Reading {
  const tally = new Tally();
  const table = tableName(call);
  const facts: Facts = {};
  if (call.request.query.get('type')?.toLowerCase() === 'options') readOptionRows(call, tally, facts);
  else readRows(call, tally, table.toUpperCase());
  const commandResults = resultOf(call, table, tally);
  return readingOf(call.sn, tally, acknowledge(call, tally, table), { facts, commandResults });
}

function readRows(call: IclockCall, tally: Tally, table: string): void {
  if (table === 'TRANSACTION' || table === 'RTLOG') readEventRows(call, tally);
  else if (isTaggedTable(table)) {
    eachLine(call.request.body, legacyEncoding(call), ({ text }) =>
      readTaggedLine(tally, { line: text, table }),
    );
  } else {
    keepWhole(call, tally, 'table is unknown');
    eachLine(call.request.body, legacyEncoding(call), () => tally.heard++);
  }
}

/**
 * Packets may be cut in the middle of a row (`packidx` of `packcnt`). Half a row can look whole and name a wrong
 * time, so a row at such an edge goes to a person instead.
 */
function readEventRows(call: IclockCall, tally: Tally): void {
  const rows: Line[] = [];
  eachLine(call.request.body, legacyEncoding(call), (line) => rows.push(line));
  const { query, body } = call.request;
  const packets = numberOf(query.get('packcnt'));
  const packet = numberOf(query.get('packidx'));
  const first = rows[0];
  const startCut = packets > 1 && packet > 1 && first !== undefined && tagOf(first.text) === null;
  const endCut = packets > 1 && packet < packets && (body.at(-1) ?? 10) > 32;
  rows.forEach((row, i) => {
    const cut = (startCut && i === 0) || (endCut && i === rows.length - 1);
    if (cut) tally.addUnread('row is cut by the edge of a packet', row);
    else readEventLine(call, tally, row);
  });
}

function readOptionRows(call: IclockCall, tally: Tally, facts: Facts): void {
  eachLine(call.request.body, legacyEncoding(call), (line) => {
    takeFacts(facts, line.text);
    tally.addSkipped();
  });
}

/** `<tablename>=<count>`, the count as the device named it: the vendor's own server echoes it. */
function acknowledge(call: IclockCall, tally: Tally, table: string): Reply {
  if (table === '') return OK;
  const count = call.request.query.get('count') ?? '';
  return textReply(200, `${table}=${COUNT.test(count) ? count : tally.heard}`);
}

function resultOf(call: IclockCall, table: string, tally: Tally): CommandResult[] {
  const { query } = call.request;
  const id = query.get('cmdid') ?? '';
  if (id === '' || numberOf(query.get('packidx')) < numberOf(query.get('packcnt'))) return [];
  return [
    {
      id: id.slice(0, 64),
      returnCode: 0,
      command: 'DATA QUERY',
      detail: `${table || 'rows'}: ${tally.heard}`,
    },
  ];
}

/** As the device spelled it, for it goes back into the answer; '' when it would break that line. */
function tableName(call: IclockCall): string {
  const name = call.request.query.get('tablename')?.trim() ?? '';
  return TABLE_NAME.test(name) ? name : '';
}

function numberOf(text: string | undefined): number {
  return text !== undefined && COUNT.test(text) ? Number(text) : 1;
}
