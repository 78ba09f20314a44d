import type { Reply } from '../dialect.js';
import { encodeBase64 } from './base64.js';
import { renderFrame } from './frame.js';
import type { FkMessage } from './message.js';

/**
 * Answers (fkweb.md 1.8). The acknowledgement is the header `response_code`, and its name must arrive in exactly
 * this lower case: the R6 ignores a title-cased one. An event is never answered with its own `trans_id`: on the R6
 * that made the terminal send everything again.
 */
export interface FkReplies {
  /** An event is on disk. */
  eventStored(): Reply;
  /** Something is in the way for now: the device keeps what it has and asks again. */
  eventNotStored(): Reply;
  nothingToDo(): Reply;
  pollNotStored(): Reply;
  command(command: { readonly id: string; readonly code: string; readonly parameters: object | null }): Reply;
  /** For results of commands and for the leading parts of a message, which carry `trans_id` back. */
  taken(): Reply;
  /** An answer of the same form that is not OK. */
  refused(code: RefusalCode): Reply;
}

/** The vendor's own spelling. */
export type RefusalCode =
  | 'ERROR_ADD_BLOCK_DATA'
  | 'ERROR_INVLAID_BLOCK_NO'
  | 'ERROR_INVLAID_REQUEST_CODE'
  | 'ERROR_DB_ACCESS';

/** How a device's firmware wants to hear of success (`devices.<sn>.fkReply`). */
export type AnswerStyle = 'header' | '204' | 'body';

/** No or an impossible `dev_id`: the vendor refuses it as well. Nobody can say whose punch it is. */
export const NO_DEVICE: Reply = { status: 400, headers: [], body: '' };
/** Not an OK in any style, so the device keeps what it has. */
export const COMPRESSED: Reply = { status: 415, headers: [], body: '' };

const EMPTY = '';

export function createReplies(message: FkMessage, style: AnswerStyle): FkReplies {
  /** `null` leaves trans_id and cmd_code out. */
  const answer = (
    code: string,
    ids: readonly [transId: string, cmdCode: string] | null,
    body: Reply['body'],
  ) => {
    const headers: [string, string][] = [['response_code', code]];
    if (ids) headers.push(['trans_id', ids[0]], ['cmd_code', ids[1]]);
    headers.push(['Content-Type', 'application/octet-stream']);
    if (message.encrypt !== null) headers.push(['encrypt', message.encrypt]);
    return { status: 200, headers, body };
  };
  const isPlain = message.model !== null;
  // Framed firmware was only ever seen to get no ids on events, plain firmware to get empty ones.
  const eventIds: readonly [string, string] | null = isPlain ? ['', ''] : null;
  // Leading parts of an event go back with its constant (vendor), but never to the generation of the R6.
  const isResult = message.requestCode === 'send_cmd_result';
  const echo: readonly [string, string] = [isPlain && !isResult ? '' : message.transId, ''];
  // M82 and M50: only 204 stopped the resending of punches, and polls want this body (one site). Another generation
  // reads the word in the body and not the headers (two servers).
  const pollBody = style === '204' ? renderFrame({ result: 0 }) : style === 'body' ? 'result=OK' : EMPTY;
  const okBody = style === 'body' ? 'result=OK' : EMPTY;
  return {
    eventStored: () => ({ ...answer('OK', eventIds, okBody), status: style === '204' ? 204 : 200 }),
    eventNotStored: () => answer('ERROR_DB_ACCESS', eventIds, EMPTY),
    nothingToDo: () => answer('ERROR_NO_CMD', ['', ''], pollBody),
    pollNotStored: () => answer('ERROR_DB_CONNECT', ['', ''], EMPTY),
    command: ({ id, code, parameters }) =>
      answer('OK', [id, code], parameters === null ? EMPTY : renderParameters(parameters, message)),
    taken: () => answer('OK', echo, okBody),
    refused: (code) => answer(code, echo, EMPTY),
  };
}

/** The same frame as the device's own; bare JSON is answered with an error by framed firmware (1.4, hardware). */
function renderParameters(parameters: object, message: FkMessage): Reply['body'] {
  if (message.model !== null) return JSON.stringify(parameters);
  const frame = renderFrame(parameters);
  return message.encrypt?.toLowerCase() === 'base64only' ? encodeBase64(frame) : frame;
}
