import type { Reading } from '../dialect.js';
import { textReply } from '../dialect.js';
import { answer, type IclockCall, OK } from './call.js';
import { factsOfInfo } from './facts.js';
import { encodeText } from './lines.js';

/** The batch of commands a poll is answered with (adms.md 11.1). */

const MAX_COMMANDS = 200;
/** SPEC-ATT; 10 kB over GPRS is the smallest limit named, but nobody has seen a device refuse 40. */
const MAX_BYTES = 40_000;
const COMMAND_ID = /^[A-Za-z0-9]{1,16}$/;
/** What follows in the same batch is lost when the device restarts; 03000000 is the controller's reboot. */
const RESTARTS = /^(?:REBOOT\b|CONTROL DEVICE 0*3000000)/i;

export function readGetRequest(call: IclockCall): Reading {
  const facts = factsOfInfo(call.request.query.get('info'));
  const batch = renderBatch(call);
  if (batch.ids.length === 0) return answer(call.sn, OK, { facts });
  return answer(call.sn, textReply(200, batch.text), { facts, commandsSent: batch.ids });
}

function renderBatch(call: IclockCall): { text: string; ids: string[] } {
  const ids: string[] = [];
  let text = '';
  let bytes = 0;
  for (const command of call.context.pendingCommands(call.sn)) {
    if (ids.length === MAX_COMMANDS) break;
    if (!COMMAND_ID.test(command.id)) continue;
    const line = `C:${command.id}:${oneLine(command.text || command.verb.toUpperCase())}\n`;
    const size = encodeText(line).length;
    // A single command over the limit still goes, alone: SPEC-ATT58 allows up to 900 kB.
    if (ids.length > 0 && bytes + size > MAX_BYTES) break;
    text += line;
    bytes += size;
    ids.push(command.id);
    if (RESTARTS.test(command.text || command.verb)) break;
  }
  return { text, ids };
}

/** A line end inside a command would start a second one; TABs are the device's own separators and stay. */
function oneLine(text: string): string {
  return text.replace(/[\u0000-\u0008\u000a-\u001f\u007f]+/g, ' ').trim();
}
