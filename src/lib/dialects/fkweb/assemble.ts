import type { DialectContext, Reading } from '../dialect.js';
import { emptyReading } from '../dialect.js';
import { type OpenedBody, openBody } from './frame.js';
import type { FkMessage } from './message.js';
import type { FkReplies } from './replies.js';
import type { Transfers } from './transfers.js';

/** Parts to whole messages, and what a part is answered with (fkweb.md 1.5). */

export interface FkCall {
  readonly message: FkMessage;
  readonly context: DialectContext;
  readonly transfers: Transfers;
  readonly replies: FkReplies;
}

/** A whole message: `message.body` is all its parts, `opened` what they hold. */
export interface WholeMessage {
  readonly message: FkMessage;
  readonly opened: OpenedBody;
}

/**
 * Stamp that names the open transfer. Parts are only in memory, and without it the last part of a message, coming
 * after a restart of hip, would look like a message of its own that nobody can read: it would be quarantined and
 * acknowledged, and the device would forget the punch in it. With it the device hears that a part is missing and
 * starts over (1.5), once: after that the stamp is gone, so that nothing is refused for ever.
 */
const OPEN_TRANSFER = 'FKTRANSFER';
const OPENING_BRACE = 123;
const QUOTE = 34;

/** A leading part: acknowledged from memory, which loses nothing (transfers.ts). */
export function takePart(call: FkCall, no: number): Reading {
  const { message, context, transfers, replies } = call;
  const part = { no, bytes: message.body };
  if (!transfers.add(keyOf(message), part, context.receivedAt.getTime())) return refusePart(call);
  const stamps = openStamp(call) === nameOf(message) ? {} : { [OPEN_TRANSFER]: nameOf(message) };
  return { ...emptyReading(replies.taken(), replies.refused('ERROR_DB_ACCESS')), stamps };
}

export function refusePart(call: FkCall): Reading {
  return { ...emptyReading(call.replies.refused('ERROR_ADD_BLOCK_DATA')), stamps: closingStamps(call) };
}

/** Part 0: the whole message it is or ends; null when parts before it are missing. */
export function endMessage(call: FkCall): WholeMessage | null {
  const { message, transfers } = call;
  const own = { message, opened: openBody(message.body) };
  // Transaction ids of events are constants, so what is complete by itself has nothing to do with older parts.
  const isPoll = message.requestCode === 'receive_cmd';
  if (own.opened.body !== null || startsMessage(message) || (isPoll && message.body.length === 0)) {
    transfers.drop(keyOf(message));
    return own;
  }
  const joined = transfers.finish(keyOf(message), message.body, call.context.receivedAt.getTime());
  if (joined === 'broken') return null;
  if (joined !== null) return { message: { ...message, body: joined }, opened: openBody(joined) };
  return openStamp(call) === nameOf(message) ? null : own;
}

/** To be stored with what ends a message, so that its last part is not waited for after a restart. */
export function closingStamps(call: FkCall): Readonly<Record<string, string>> {
  return openStamp(call) === nameOf(call.message) ? { [OPEN_TRANSFER]: '' } : {};
}

/**
 * True for the beginning of a message that could not be read, as against the tail of one: a length below 64 KiB and
 * a brace, or a brace and a quote where bare JSON is spoken. A tail looks like that once in 2^24.
 */
function startsMessage({ body, model }: FkMessage): boolean {
  if (model !== null && body[0] === OPENING_BRACE && body[1] === QUOTE) return true;
  return body[2] === 0 && body[3] === 0 && body[4] === OPENING_BRACE;
}

function keyOf(message: FkMessage): string {
  return `${message.deviceSn}\n${nameOf(message)}`;
}

function nameOf(message: FkMessage): string {
  return `${message.requestCode} ${message.transId}`;
}

function openStamp({ context, message }: FkCall): string {
  return context.device(message.deviceSn)?.stamps[OPEN_TRANSFER] ?? '';
}
