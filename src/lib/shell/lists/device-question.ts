import { systemClock } from '../../app.js';
import { queueCommand } from '../../device-commands/queue.js';
import type { CommandRange, Verb } from '../../device-commands/verbs.js';
import { waitForCommand } from '../../device-commands/wait.js';
import { HipError } from '../../errors.js';
import type { CommandRecord, Journal } from '../../journal/journal.js';
import { renderProgress } from '../terminal/command-list.js';
import { openProgress } from '../terminal/progress.js';
import { parseTimeRange } from '../terminal/time-argument.js';
import { requireSeen } from './device-list.js';

export interface Question {
  readonly deviceSn: string;
  readonly verb: Verb;
  readonly range: CommandRange;
  /** The device need not have called before. */
  readonly unseen: boolean;
}

/** @throws {HipError} for a range where there is none */
export function parseRange(
  verb: Verb,
  flags: { readonly from: string | undefined; readonly to: string | undefined },
): CommandRange {
  const range = parseTimeRange(flags);
  if (verb !== 'resend' && (range.from !== undefined || range.to !== undefined)) {
    throw new HipError('HIP_USAGE', `${verb} takes no --from and --to; only resend does.`);
  }
  return range;
}

/** @throws {HipError} for a device that never called, or that can't be asked */
export function askDevice(
  journal: Journal,
  { unseen, ...request }: Question,
): { readonly command: CommandRecord; readonly isNew: boolean } {
  if (!unseen) requireSeen(request.deviceSn, journal);
  const { id, isNew } = queueCommand(journal, request);
  return { command: journal.commands(request.deviceSn).find((one) => one.id === id)!, isNew };
}

/** Waits for the end of a command, and says where it stands meanwhile. */
export async function followCommand(
  journal: Journal,
  command: CommandRecord,
  { timeoutMs, out }: { readonly timeoutMs: number; readonly out: NodeJS.WriteStream | null },
): Promise<CommandRecord> {
  const { deviceSn, id } = command;
  const progress = await openProgress(out);
  try {
    const onChange = (now: CommandRecord): void => progress.say(sayProgress(journal, now));
    return (
      (await waitForCommand({ journal, clock: systemClock, timeoutMs, onChange }, { deviceSn, id })) ??
      command
    );
  } finally {
    progress.close();
  }
}

export function sayProgress(journal: Pick<Journal, 'devices'>, command: CommandRecord): string {
  const device = journal.devices().find(({ sn }) => sn === command.deviceSn);
  return `${command.verb} ${renderProgress(command, device?.lastSeenAt ?? null)}`;
}
