import type { Fragment, Reading } from '../dialect.js';
import { emptyReading } from '../dialect.js';
import {
  closingStamps,
  endMessage,
  type FkCall,
  refusePart,
  takePart,
  type WholeMessage,
} from './assemble.js';
import { countDropped } from './credentials.js';
import { unreadBody, unreadBytes } from './evidence.js';
import type { FkBody } from './frame.js';
import { createGlogContext, isGlogJson, readGlogJson } from './glog.js';
import { factText, textAt } from './json.js';
import { readLogResult } from './log-result.js';
import type { FkMessage } from './message.js';
import { answerPoll, newsOf, readFacts } from './poll.js';
import { readResult } from './result.js';

/** One request in; for the last or only part of a message, what the whole means (fkweb.md 1.2). */

type ReadKind = (call: FkCall, whole: WholeMessage) => Reading;

/**
 * The kinds of 1.2. Questions that the terminal asks before it opens a door (`door_visit_check`,
 * `pass_online_check`) are not among them: an OK could let someone in.
 */
const KINDS: ReadonlyMap<string, ReadKind> = new Map([
  ['receive_cmd', readPoll],
  ['send_cmd_result', readCommandResult],
  ['realtime_glog', readGlog],
  ['opera_glog', readGlog],
  ['send_glog_data', readGlog],
  ['realtime_enroll_data', readEnrolment],
  ['realtime_door_status', readNoPunch],
  ['realtime_operation', readNoPunch],
  ['realtime_barcode', readNoPunch],
  ['realtime_slog', readNoPunch],
]);

export function readMessage(call: FkCall): Reading {
  const { message, replies } = call;
  const readKind = KINDS.get(message.requestCode);
  if (readKind === undefined) return refuseKind(call);
  if (message.blockNo === null || message.blockNo < 0) {
    return emptyReading(replies.refused('ERROR_INVLAID_BLOCK_NO'));
  }
  if (message.blockNo > 0) return takePart(call, message.blockNo);
  const whole = endMessage(call);
  if (whole === null) return refusePart(call);
  return { ...readKind(call, whole), stamps: closingStamps(call) };
}

/** The vendor's answer. Nothing is kept but the name: an unknown message may hold templates (law 3). */
function refuseKind({ message, replies }: FkCall): Reading {
  const kind = `request_code ${message.requestCode}`;
  return {
    ...emptyReading(replies.refused('ERROR_INVLAID_REQUEST_CODE')),
    dropped: [{ kind, count: 1, bytes: message.body.length }],
  };
}

function readPoll({ context, replies }: FkCall, { message, opened }: WholeMessage): Reading {
  const told = readFacts(opened.body?.json ?? null, context);
  const answer = answerPoll(message, told.clock, { context, replies });
  const facts = { ...told.facts, ...modelOf(message), ...answer.facts };
  return {
    ...emptyReading(answer.stored, replies.pollNotStored()),
    ...(told.clock && { clock: { time: told.clock.time, kind: 'told' } }),
    facts: newsOf(facts, context.device(message.deviceSn)?.facts),
    commandsSent: answer.commandsSent,
    commandResults: answer.commandResults,
  };
}

function readCommandResult({ context, replies }: FkCall, { message, opened }: WholeMessage): Reading {
  const { result, log, dropped, facts } = readResult(
    message,
    opened,
    createGlogContext(message.deviceSn, context),
  );
  return {
    ...emptyReading(replies.taken(), replies.refused('ERROR_DB_ACCESS')),
    punches: log.punches,
    unread: log.unread,
    skipped: log.skipped,
    lines: log.punches.length + log.unread.length + log.skipped,
    dropped,
    facts: newsOf(facts, context.device(message.deviceSn)?.facts),
    commandResults: result.id === '' ? [] : [result],
  };
}

/**
 * One punch, or a list of them from servers' notes on `send_glog_data`. What can never be stored goes to quarantine
 * and is acknowledged: the terminal sends strictly in order, and one refused punch blocks all later ones (1.9).
 */
function readGlog(call: FkCall, { message, opened }: WholeMessage): Reading {
  const { context, replies } = call;
  const reading = emptyReading(replies.eventStored(), replies.eventNotStored());
  const { body } = opened;
  if (body === null) return { ...reading, lines: 1, unread: [unopened(message, opened.reason)] };
  const glogContext = createGlogContext(message.deviceSn, context);
  const log = isGlogJson(body.json) ? null : readLogResult(body, glogContext);
  if (log !== null) {
    const { punches, unread, skipped } = log;
    return { ...reading, punches, unread, skipped, lines: punches.length + unread.length + skipped };
  }
  const { punch, reason } = readGlogJson(body.json, body.text, glogContext);
  return {
    ...reading,
    lines: 1,
    ...(punch === null ? { unread: [unreadBody(reason, body)] } : { punches: [punch] }),
    dropped: countDropped(body),
    facts: newsOf({ ...libraryOf(body), ...modelOf(message) }, context.device(message.deviceSn)?.facts),
  };
}

function unopened(message: FkMessage, reason: string): Fragment {
  const isEncrypted = message.encrypt !== null && message.encrypt.toLowerCase() !== 'base64only';
  return unreadBytes(isEncrypted ? 'encrypted' : reason, message.body);
}

/** A user with credentials: counted by kind and gone. Unreadable, it may still be templates and is not kept either. */
function readEnrolment({ replies }: FkCall, { message, opened }: WholeMessage): Reading {
  const unread = [{ kind: 'enrolment data', count: 1, bytes: message.body.length }];
  return {
    ...emptyReading(replies.eventStored(), replies.eventNotStored()),
    lines: 1,
    skipped: 1,
    dropped: opened.body === null ? unread : countDropped(opened.body),
  };
}

function readNoPunch({ replies }: FkCall): Reading {
  return { ...emptyReading(replies.eventStored(), replies.eventNotStored()), lines: 1, skipped: 1 };
}

function modelOf(message: FkMessage): Record<string, string> {
  return message.model === null ? {} : { model: message.model };
}

/** Kept for results of `GET_LOG_DATA`, which don't name it and of which two layouts share a size (1.12). */
function libraryOf(body: FkBody): Record<string, string> {
  const library = factText(textAt(body.json, 'fk_bin_data_lib') ?? '', 32);
  return library ? { library } : {};
}
