import { countOf, countPunches } from '../../count.js';
import type { Reconciliation } from '../../device-commands/reconcile.js';
import { HipError } from '../../errors.js';
import { CANCELLED, type CommandRecord, type Journal } from '../../journal/journal.js';
import { localTime } from '../lists/device-list.js';
import { renderTable } from './table.js';

/** Commands for devices, for people. */

export async function renderCommands(
  commands: readonly CommandRecord[],
  width: number | undefined,
): Promise<string> {
  if (commands.length === 0)
    return 'No command was given to any device. hip devices command SN info asks one.';
  return renderTable<CommandRecord>(
    [
      { title: 'ID', value: ({ id }) => id, align: 'right' },
      { title: 'DEVICE', value: ({ deviceSn }) => deviceSn },
      { title: 'COMMAND', value: ({ verb }) => verb },
      { title: 'PARAMETERS', value: ({ text }) => text, shrink: true },
      { title: 'STATE', value: ({ state }) => state },
      { title: 'GIVEN', value: ({ createdAt }) => localTime(createdAt) },
      { title: 'RESULT', value: ({ returnCode }) => explain(returnCode), shrink: true },
    ],
    commands,
    width,
  );
}

/**
 * Takes an open command back, and says what that comes to.
 * @throws {HipError} for a number that no command has, or one that is over
 */
export function cancelCommand(
  id: string,
  journal: Pick<Journal, 'commands' | 'cancelCommand'>,
): { readonly command: CommandRecord; readonly message: string } {
  const find = () => journal.commands().find((one) => one.id === id);
  const before = find();
  if (!before) {
    throw new HipError('HIP_NOT_FOUND', `No command has the number ${id}.`, {
      suggestions: ['hip devices commands shows their numbers'],
    });
  }
  if (!journal.cancelCommand(id)) {
    throw new HipError('HIP_USAGE', `Command ${id} (${before.verb}) is over already: ${before.state}.`);
  }
  const perhaps = before.state === 'sent' ? ' The device has fetched it and may do it all the same.' : '';
  const message = `Command ${id} (${before.verb} for ${before.deviceSn}) is cancelled.${perhaps}`;
  return { command: find() ?? before, message };
}

/** Where a command stands, in half a sentence. */
export function renderProgress(
  { state, attempts, returnCode }: CommandRecord,
  lastSeenAt: string | null,
): string {
  switch (state) {
    case 'waiting':
      return lastSeenAt === null
        ? 'waits: this device has never called (see hip devices)'
        : `waits for the next call of the device (last seen ${localTime(lastSeenAt)})`;
    case 'sent':
      return attempts > 1
        ? `handed out ${attempts} times, no answer yet`
        : 'handed out, waiting for the answer';
    case 'done':
      return 'done';
    case 'failed':
      return 'refused';
    case 'expired':
      return returnCode === CANCELLED ? 'cancelled' : 'given up';
  }
}

/** How it ended, with what the device answered; for a command that is still open, that it stays so. */
export function renderOutcome(command: CommandRecord, waitedSeconds: number): string {
  const { deviceSn, verb, state, returnCode, detail, attempts } = command;
  switch (state) {
    case 'done':
      return [`${deviceSn}: ${verb} done.`, ...(detail === null ? [] : [detail])].join('\n');
    case 'failed':
      return `${deviceSn} refused ${verb}: ${explain(returnCode)}.`;
    case 'expired':
      if (returnCode === CANCELLED) return `${verb} for ${deviceSn} was cancelled.`;
      return attempts === 0
        ? `${deviceSn} never called, and ${verb} was given up.`
        : `${deviceSn} never answered ${verb}, which was handed out ${attempts === 1 ? 'once' : `${attempts} times`}.`;
    default:
      return (
        `No answer from ${deviceSn} within ${waitedSeconds} s. The command stays in the queue; ` +
        `hip devices commands --device ${deviceSn} shows what became of it, --cancel ${command.id} takes it back.`
      );
  }
}

/** What the comparison of a day came to. */
export async function renderReconciliation(
  { deviceSn, day, outcome, device, journal, missing, elsewhere }: Reconciliation,
  width: number | undefined,
): Promise<string> {
  const counts =
    device === null
      ? `the journal held ${countPunches(journal)}`
      : `the device holds ${countPunches(device)}, the journal held ${journal}`;
  if (outcome === 'no-answer')
    return `${deviceSn} did not answer in time; ${counts} of ${day}. The question stays in the queue.`;
  if (outcome === 'refused')
    return `${deviceSn} does not send punches again when it is asked; ${counts} of ${day}.`;
  const lines = [`${deviceSn} on ${day}: ${counts}.`];
  if (missing.length === 0) lines.push('Nothing was missing.');
  else {
    lines.push(
      `${countOf(missing.length, 'was', 'were')} missing, came again and ${missing.length === 1 ? 'is' : 'are'} stored now:`,
    );
    lines.push(
      await renderTable<Reconciliation['missing'][number]>(
        [
          { title: 'TIME', value: ({ time }) => time },
          { title: 'USER', value: ({ userId }) => userId },
          { title: 'STATUS', value: ({ status }) => status, align: 'right' },
          { title: 'VERIFY', value: ({ verify }) => verify, align: 'right' },
        ],
        missing,
        width,
      ),
    );
  }
  if (elsewhere > 0)
    lines.push(
      `${elsewhere} of the device's count ${elsewhere === 1 ? 'is' : 'are'} stored under another name, or twice in its memory.`,
    );
  return lines.join('\n');
}

/** Return codes of the `/iclock/` family (adms.md 11.3) and the firmware's words of the FK family (fkweb.md 1.11). */
const MEANINGS: Readonly<Record<string, string>> = {
  '-1': 'wrong parameter',
  '-3': 'could not read its memory',
  '-22': 'unknown command',
  '-1002': 'not supported',
  '-1003': 'timed out in the device',
  '-1005': 'busy',
  '-1007': 'out of memory',
  ERROR_NOT_SUPPORTED: 'not supported by this kind of device',
  ERROR_NO_DATA: 'nothing there',
  ERROR_INVALID_PARAMTER: 'wrong parameter',
};

function explain(returnCode: string | null): string {
  if (returnCode === null) return '';
  const meaning = MEANINGS[returnCode];
  return meaning === undefined ? returnCode : `${returnCode} (${meaning})`;
}
