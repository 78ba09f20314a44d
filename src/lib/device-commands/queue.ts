import { HipError } from '../errors.js';
import type { CommandRecord, Journal } from '../journal/journal.js';
import { isDeviceSn } from '../punch.js';
import { type CommandRange, renderRange, type Verb } from './verbs.js';

export interface CommandRequest {
  readonly deviceSn: string;
  readonly verb: Verb;
  /** Of resend and count; an empty one is all that the device holds. */
  readonly range?: CommandRange;
}

export interface Queued {
  readonly id: string;
  /** False when the same command was open already; `id` is then that one's. */
  readonly isNew: boolean;
}

/** More than any person or gap needs at one time; a device that never answers must not pile them up. */
const MOST_OPEN = 20;
/** Families that can be asked for something; a client of the plain dialect never asks. */
const DEAF = 'plain';

/**
 * Puts a command into the queue, once: while the same one is open the answer is that one.
 * @throws {HipError} HIP_USAGE when the device can't have commands or too many are open
 */
export function queueCommand(
  journal: Pick<Journal, 'commands' | 'enqueueCommand' | 'deviceDialect'>,
  { deviceSn, verb, range = {} }: CommandRequest,
): Queued {
  if (!isDeviceSn(deviceSn)) throw new HipError('HIP_USAGE', `"${deviceSn}" is no serial number.`);
  if (journal.deviceDialect(deviceSn) === DEAF) {
    throw new HipError('HIP_USAGE', `Device ${deviceSn} only sends punches; it never asks for commands.`);
  }
  const text = renderRange(range);
  const open = openCommands(journal.commands(deviceSn));
  const same = open.find((command) => command.verb === verb && command.text === text);
  if (same) return { id: same.id, isNew: false };
  if (open.length >= MOST_OPEN) {
    throw new HipError('HIP_USAGE', `${open.length} commands wait for device ${deviceSn} already.`, {
      suggestions: ['They go out when the device calls; hip devices shows when it last did'],
    });
  }
  return { id: journal.enqueueCommand({ deviceSn, verb, text }), isNew: true };
}

/** Those that the device may still answer. */
export function openCommands(commands: readonly CommandRecord[]): readonly CommandRecord[] {
  return commands.filter(({ state }) => state === 'waiting' || state === 'sent');
}
