import { renderAdms } from '../../device-commands/adms.js';
import type { CommandResult, Reading } from '../dialect.js';
import { textReply } from '../dialect.js';
import { answer, factOf, type IclockCall, OK } from './call.js';
import { factsOfInfo } from './facts.js';
import { encodeText } from './lines.js';

/** The batch of commands a poll is answered with (adms.md 11.1). */

const MAX_COMMANDS = 200;
/** SPEC-ATT; 10 kB over GPRS is the smallest limit named, but nobody has seen a device refuse 40. */
const MAX_BYTES = 40_000;
const COMMAND_ID = /^[A-Za-z0-9]{1,16}$/;
/** What follows in the same batch is lost when the device restarts; 03000000 is the controller's reboot. */
const RESTARTS = /^(?:REBOOT\b|CONTROL DEVICE 0*3000000)/i;

interface Batch {
  readonly text: string;
  readonly ids: readonly string[];
  /** Of commands that this family has no words for, or that are never handed out: they must not wait for ever. */
  readonly refused: readonly CommandResult[];
}

export function readGetRequest(call: IclockCall): Reading {
  const facts = factsOfInfo(call.request.query.get('info'));
  const { text, ids, refused } = renderBatch(call);
  const stored = ids.length === 0 ? OK : textReply(200, text);
  return answer(call.sn, stored, { facts, commandsSent: ids, commandResults: refused });
}

function renderBatch(call: IclockCall): Batch {
  const moment = {
    wallNow: call.context.wallNow,
    isAccess: factOf(call, 'deviceType')?.toLowerCase() === 'acc',
  };
  const ids: string[] = [];
  const refused: CommandResult[] = [];
  let text = '';
  let bytes = 0;
  for (const command of call.context.pendingCommands(call.sn)) {
    if (ids.length === MAX_COMMANDS) break;
    if (!COMMAND_ID.test(command.id)) continue;
    const words = renderAdms(command, moment);
    if (words === null) {
      refused.push({
        id: command.id,
        returnCode: 'ERROR_NOT_SUPPORTED',
        command: command.verb,
        detail: null,
      });
      continue;
    }
    const line = `C:${command.id}:${words}\n`;
    const size = encodeText(line).length;
    // A single command over the limit still goes, alone: SPEC-ATT58 allows up to 900 kB.
    if (ids.length > 0 && bytes + size > MAX_BYTES) break;
    text += line;
    bytes += size;
    ids.push(command.id);
    if (RESTARTS.test(words)) break;
  }
  return { text, ids, refused };
}
