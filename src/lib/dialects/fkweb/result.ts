import type { CommandResult, Dropped, Fragment } from '../dialect.js';
import { countDropped } from './credentials.js';
import { unreadBytes } from './evidence.js';
import type { OpenedBody } from './frame.js';
import type { GlogContext } from './glog.js';
import { countAt } from './json.js';
import { type LogResult, readLogResult } from './log-result.js';
import type { FkMessage } from './message.js';
import { readStatus, readUser, readUserIds } from './result-detail.js';

/** `send_cmd_result`: what a command brought (fkweb.md 1.11). */
export interface ResultReading {
  readonly result: CommandResult;
  /** Punches of a `GET_LOG_DATA`; stored whether or not hip remembers having asked. */
  readonly log: LogResult;
  readonly dropped: readonly Dropped[];
  readonly facts: Readonly<Record<string, string>>;
}

const NO_LOG: LogResult = { punches: [], unread: [], skipped: 0, declared: null };
const HEAD_BYTES = 4_096;
const LATIN1 = new TextDecoder('latin1');

export function readResult(message: FkMessage, opened: OpenedBody, context: GlogContext): ResultReading {
  const { body } = opened;
  if (body === null) return readUnopened(message, opened.reason);
  const log = readLogResult(body, context);
  const users = countAt(body.json, 'user_count');
  const detail =
    log !== null
      ? detailOf(log)
      : (readUserIds(body, context.library) ?? readUser(body) ?? readStatus(body.json));
  return {
    result: resultOf(message, detail),
    log: log ?? NO_LOG,
    dropped: countDropped(body),
    facts: users === null ? {} : { userCount: String(users) },
  };
}

/** An empty body is how commands without data answer. Anything else that can't be opened may hold punches. */
function readUnopened(message: FkMessage, reason: string): ResultReading {
  const bytes = message.body;
  const nothing = { result: resultOf(message, null), log: NO_LOG, dropped: [], facts: {} };
  if (bytes.length === 0) return nothing;
  // Only a list of punches says this of itself. The rest may be templates, so its size is all that is kept.
  const isLog = /log_array|one_log_size|log_count/.test(LATIN1.decode(bytes.subarray(0, HEAD_BYTES)));
  if (!isLog)
    return { ...nothing, dropped: [{ kind: 'unreadable command result', count: 1, bytes: bytes.length }] };
  const unread: Fragment[] = [unreadBytes(reason, bytes)];
  return { ...nothing, log: { ...NO_LOG, unread } };
}

function resultOf(message: FkMessage, detail: string | null): CommandResult {
  const { returnCode } = message;
  // Every capture carries the header; without it a result that arrived is taken for one that worked.
  const isOk = returnCode === '' || returnCode.toUpperCase() === 'OK';
  return { id: message.transId, returnCode: isOk ? 0 : returnCode, command: '', detail };
}

function detailOf(log: LogResult): string {
  const lines = [`punches=${log.punches.length}`, `unread=${log.unread.length}`];
  if (log.declared !== null) lines.push(`declared=${log.declared}`);
  return lines.join('\n');
}
