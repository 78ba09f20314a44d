import { Args, Flags } from '@oclif/core';
import { systemClock, withJournal } from '../../lib/app.js';
import { BaseCommand } from '../../lib/base-command.js';
import { queueCommand } from '../../lib/device-commands/queue.js';
import type { CommandRange } from '../../lib/device-commands/verbs.js';
import { waitForCommand } from '../../lib/device-commands/wait.js';
import { EXIT, HipError } from '../../lib/errors.js';
import type { CommandRecord, Journal } from '../../lib/journal/journal.js';
import { requireSeen } from '../../lib/shell/lists/device-list.js';
import { renderOutcome, renderProgress } from '../../lib/shell/terminal/command-list.js';
import { openProgress } from '../../lib/shell/terminal/progress.js';
import { parseTimeArgument } from '../../lib/shell/terminal/time-argument.js';

const VERBS = ['info', 'reboot', 'set-time', 'resend', 'users'] as const;

export default class DevicesCommand extends BaseCommand {
  static override summary = 'Ask something of a device, and wait for its answer.';
  static override description =
    'The device fetches it at its next call from a running hip serve. info: counts and versions. reboot: restart. ' +
    "set-time: this PC's time. resend: send stored punches again; what is known already stays single. users: ids and " +
    'names. Nothing that erases or changes anything else can be asked.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> CQZ7241900017 info',
    '<%= config.bin %> <%= command.id %> CQZ7241900017 resend --from 2026-11-01 --to 2026-11-30',
  ];

  static override args = {
    sn: Args.string({ required: true, description: 'Serial number.' }),
    verb: Args.string({ required: true, options: VERBS, description: 'What to ask.' }),
  };

  static override flags = {
    from: Flags.string({ summary: 'resend: device time, inclusive; default all.', helpValue: 'TIME' }),
    to: Flags.string({ summary: 'resend: device time, inclusive; default all.', helpValue: 'TIME' }),
    unseen: Flags.boolean({ summary: 'Queue it also for a device that has not called yet.' }),
    wait: Flags.boolean({ summary: 'Wait for the answer.', default: true, allowNo: true }),
    timeout: Flags.integer({
      summary: 'How long to wait for it.',
      default: 300,
      min: 1,
      helpValue: 'SECONDS',
    }),
  };

  async run(): Promise<CommandRecord> {
    const { args, flags } = await this.parse(DevicesCommand);
    const verb = VERBS.find((one) => one === args.verb)!;
    const range = rangeOf(verb, flags);
    const { sn: deviceSn } = args;
    return withJournal(this.loadConfig(flags), async (journal) => {
      if (!flags.unseen) requireSeen(deviceSn, journal);
      const { id, isNew } = queueCommand(journal, { deviceSn, verb, range });
      if (!isNew) this.logToStderr(`${verb} is open for ${deviceSn} already; this is about that one.`);
      const queued = journal.commands(deviceSn).find((one) => one.id === id)!;
      if (!flags.wait) {
        this.log(`${verb} ${renderProgress(queued, lastSeenAt(journal, deviceSn))}.`);
        return queued;
      }
      const ended = (await this.#follow(journal, queued, flags.timeout)) ?? queued;
      this.log(renderOutcome(ended, flags.timeout));
      this.exitWith(exitOf(ended));
      return ended;
    });
  }

  async #follow(
    journal: Journal,
    { deviceSn, id, verb }: CommandRecord,
    timeoutSeconds: number,
  ): Promise<CommandRecord | undefined> {
    const progress = await openProgress(this.jsonEnabled() ? null : process.stderr);
    try {
      const onChange = (command: CommandRecord): void =>
        progress.say(`${verb} ${renderProgress(command, lastSeenAt(journal, deviceSn))}`);
      const parts = { journal, clock: systemClock, timeoutMs: timeoutSeconds * 1000, onChange };
      return await waitForCommand(parts, { deviceSn, id });
    } finally {
      progress.close();
    }
  }
}

function rangeOf(verb: string, flags: { from: string | undefined; to: string | undefined }): CommandRange {
  const [from, to] = [parseTimeArgument('from', flags.from), parseTimeArgument('to', flags.to)];
  if (verb !== 'resend' && (from !== undefined || to !== undefined)) {
    throw new HipError('HIP_USAGE', `${verb} takes no --from and --to; only resend does.`);
  }
  return { ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
}

function lastSeenAt(journal: Journal, deviceSn: string): string | null {
  return journal.devices().find(({ sn }) => sn === deviceSn)?.lastSeenAt ?? null;
}

function exitOf({ state }: CommandRecord): (typeof EXIT)[keyof typeof EXIT] {
  if (state === 'done') return EXIT.done;
  return state === 'failed' ? EXIT.needsPerson : EXIT.unreachable;
}
