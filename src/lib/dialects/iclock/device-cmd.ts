import { isDeviceSn } from '../../punch.js';
import type { Reading } from '../dialect.js';
import { textReply } from '../dialect.js';
import { readPunchLine } from './attlog.js';
import { type IclockCall, legacyEncoding, OK, readingOf } from './call.js';
import { readColumns } from './columns.js';
import { CommandResultReader } from './command-results.js';
import { type Facts, takeFacts } from './facts.js';
import { eachLine } from './lines.js';
import { Tally } from './tally.js';

/** `POST /iclock/devicecmd`: always `OK`, also for ids nobody knows; the device has done the work (adms.md 4). */
export function readDeviceCmd(call: IclockCall): Reading {
  const tally = new Tally();
  const results = new CommandResultReader(tally);
  eachLine(call.request.body, legacyEncoding(call), (line) => {
    if (!results.read(line.text)) tally.addUnread('command result without an id', line);
  });
  const commandResults = results.finish();
  return readingOf(snOf(call, results), tally, OK, { facts: results.facts, commandResults });
}

/**
 * `POST /iclock/cdata` without a table: device info lines (S0X), command results (X100-C), and attendance lines from
 * test clients.
 */
export function readUntabled(call: IclockCall): Reading {
  const tally = new Tally();
  const results = new CommandResultReader(tally);
  const facts: Facts = {};
  eachLine(call.request.body, legacyEncoding(call), (line) => {
    if (results.read(line.text)) return;
    if (typeof readColumns(line.text, { lenient: true }) !== 'string') readPunchLine(call, tally, line);
    else if (/^\s*~?[A-Za-z]\w*=/.test(line.text)) {
      takeFacts(facts, line.text);
      tally.addSkipped();
    } else tally.addUnread('line is neither info nor result', line);
  });
  const reply = tally.punches.length > 0 ? textReply(200, `OK: ${tally.heard}`) : OK;
  const commandResults = results.finish();
  return readingOf(call.sn, tally, reply, { facts: { ...facts, ...results.facts }, commandResults });
}

/** The query may lack the serial number where the body has it (adms.md 11.1). */
function snOf(call: IclockCall, results: CommandResultReader): string | null {
  if (call.sn !== '') return call.sn;
  return results.sn !== null && isDeviceSn(results.sn) ? results.sn : null;
}
