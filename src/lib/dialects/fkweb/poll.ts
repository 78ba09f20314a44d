import { wallSeconds } from '../../punch.js';
import type { CommandResult, DialectContext, PendingCommand, Reply } from '../dialect.js';
import { isCommandId, renderCommand, renderSetTime } from './commands.js';
import { factText, isObject, textAt } from './json.js';
import type { FkMessage } from './message.js';
import type { FkReplies } from './replies.js';
import { type FkTime, parseFkClock } from './time.js';

/** `receive_cmd`: the device says how it is and asks whether there is anything to do (fkweb.md 1.10, 1.11). */

export interface PollAnswer {
  readonly stored: Reply;
  readonly commandsSent: readonly string[];
  readonly commandResults: readonly CommandResult[];
  readonly facts: Readonly<Record<string, string>>;
}

/** Device's names in `fk_info` to ours, the same as the iclock family's. */
const INFO_FACTS: Readonly<Record<string, string>> = {
  firmware: 'firmware',
  fk_bin_data_lib: 'library',
  fp_data_ver: 'fingerVersion',
  face_data_ver: 'faceVersion',
  ip: 'ip',
};
const MAX_FACT_CHARS = 128;
/** Clocks are told to the second and polls come every few seconds: less than this is no news. */
const OFFSET_NOISE_SECONDS = 2;
/** A clock that was set is not set again within the hour: a device that ignores it must not be asked in a loop. */
const CLOCK_PAUSE_MS = 3_600_000;

/** What the poll's body tells of the device; empty for an empty or unreadable body, which is no reason to refuse. */
export function readFacts(json: Readonly<Record<string, unknown>> | null, context: DialectContext): Told {
  const facts: Record<string, string> = {};
  if (json === null) return { facts, clock: null };
  const name = factText(textAt(json, 'fk_name') ?? '', MAX_FACT_CHARS);
  if (name !== '') facts.deviceName = name;
  const info = isObject(json.fk_info) ? json.fk_info : {};
  for (const [key, fact] of Object.entries(INFO_FACTS)) {
    const value = factText(textAt(info, key) ?? '', MAX_FACT_CHARS);
    if (value !== '') facts[fact] = value;
  }
  const clock = parseFkClock(textAt(json, 'fk_time', 'time') ?? '');
  if (clock !== null)
    facts.clockOffsetSeconds = String(wallSeconds(clock.time) - wallSeconds(context.wallNow));
  return { facts, clock };
}

export interface Told {
  readonly facts: Record<string, string>;
  readonly clock: FkTime | null;
}

/** Facts that are news: each one written costs a commit, and polls come every few seconds. */
export function newsOf(
  facts: Readonly<Record<string, string>>,
  known: Readonly<Record<string, string>> | undefined,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(facts).filter(([key, value]) => {
      const before = known?.[key];
      if (before === undefined || key !== 'clockOffsetSeconds') return before !== value;
      return Math.abs(Number(value) - Number(before)) > OFFSET_NOISE_SECONDS;
    }),
  );
}

/** One command per poll (1.11); the device polls again at once after its result. */
export function answerPoll(
  message: FkMessage,
  clock: FkTime | null,
  { context, replies }: { readonly context: DialectContext; readonly replies: FkReplies },
): PollAnswer {
  const nothing = { stored: replies.nothingToDo(), commandsSent: [], commandResults: [], facts: {} };
  // Parameters would have to be encrypted with a key hip has no business with.
  if (message.encrypt !== null && message.encrypt.toLowerCase() !== 'base64only') return nothing;
  const pending = context.pendingCommands(message.deviceSn);
  const reset = clockReset(message.deviceSn, clock, context);
  const isQueued = pending.some((command) => command.verb === 'set-time');
  if (reset === 'set now' && !isQueued) {
    const command = { id: String(context.receivedAt.getTime()), ...renderSetTime(context.wallNow) };
    return {
      ...nothing,
      stored: replies.command(command),
      facts: { clockSetSentAt: context.receivedAt.toISOString() },
    };
  }
  const facts: Record<string, string> = reset === 'over' ? { clockSetSentAt: '' } : {};
  return { ...nothing, facts, ...handOut(message, pending, { context, replies }) };
}

function handOut(
  message: FkMessage,
  pending: readonly PendingCommand[],
  { context, replies }: { readonly context: DialectContext; readonly replies: FkReplies },
): Partial<PollAnswer> {
  const commandResults: CommandResult[] = [];
  const moment = { wallNow: context.wallNow, isPlain: message.model !== null };
  for (const queued of pending) {
    const command = isCommandId(queued.id) ? renderCommand(queued, moment) : null;
    if (command !== null) {
      if (!command.isAnswered) commandResults.push(resultOf(queued, 0));
      const stored = replies.command({ ...command, id: queued.id });
      return { stored, commandsSent: [queued.id], commandResults };
    }
    // Said at once, so that one command this family has no word for does not stand before all others for ever.
    commandResults.push(resultOf(queued, 'ERROR_NOT_SUPPORTED'));
  }
  return { commandResults };
}

/** A restart has no answer (1.11). It counts as done when handed out: offered again, it would never end. */
function resultOf(queued: PendingCommand, returnCode: CommandResult['returnCode']): CommandResult {
  return { id: queued.id, returnCode, command: queued.verb, detail: null };
}

/**
 * After a loss of power the clock falls back to 2000-01-01 or 2015-01-01 (1.9, two devices), and every punch until
 * someone sets it is wrong. Such a reading is set at once, in the same answer; all other wrong clocks are left to
 * the guard, which weighs them in the light of more than one contact.
 */
function clockReset(sn: string, clock: FkTime | null, context: DialectContext): 'set now' | 'over' | 'leave' {
  // A PC that itself lives before 2020 has nothing to teach.
  if (clock === null || context.maySetClocks === false || context.wallNow < '2020') return 'leave';
  const sentAt = context.device(sn)?.facts.clockSetSentAt ?? '';
  if (!/^20(00|15)-01-/.test(clock.time)) return sentAt === '' ? 'leave' : 'over';
  const age = context.receivedAt.getTime() - Date.parse(sentAt);
  return age >= 0 && age < CLOCK_PAUSE_MS ? 'leave' : 'set now';
}
