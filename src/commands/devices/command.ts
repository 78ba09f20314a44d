import { Args, Flags } from '@oclif/core';
import { withJournal } from '../../lib/app.js';
import { BaseCommand } from '../../lib/base-command.js';
import { EXIT } from '../../lib/errors.js';
import type { CommandRecord } from '../../lib/journal/journal.js';
import { askDevice, followCommand, parseRange, sayProgress } from '../../lib/shell/lists/device-question.js';
import { renderOutcome } from '../../lib/shell/terminal/command-list.js';

const VERBS = ['info', 'reboot', 'set-time', 'resend', 'users'] as const;

export default class DevicesCommand extends BaseCommand {
  static override summary = 'Ask something of a device, and wait for its answer.';
  static override description =
    'The device fetches it at its next call from a running hip serve. info: counts and versions. reboot: restart. ' +
    "set-time: this PC's time. resend: send stored punches again; what is known already stays single. users: ids and " +
    'names. Nothing that erases or changes anything else can be asked.';
  static override usage = [
    '<%= command.id %> SN VERB [--unseen] [--no-wait | --timeout SECONDS]',
    '<%= command.id %> SN resend [--from TIME] [--to TIME] [--unseen] [--no-wait | --timeout SECONDS]',
  ];
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
    const question = { deviceSn: args.sn, verb, range: parseRange(verb, flags), unseen: flags.unseen };
    return withJournal(this.loadConfig(flags), async (journal) => {
      const { command, isNew } = askDevice(journal, question);
      if (!isNew) this.logToStderr(`${verb} is open for ${args.sn} already; this is about that one.`);
      if (!flags.wait) {
        this.log(`${sayProgress(journal, command)}.`);
        return command;
      }
      const out = this.jsonEnabled() ? null : process.stderr;
      const ended = await followCommand(journal, command, { timeoutMs: flags.timeout * 1000, out });
      this.log(renderOutcome(ended, flags.timeout));
      this.exitWith(exitOf(ended));
      return ended;
    });
  }
}

function exitOf({ state }: CommandRecord): (typeof EXIT)[keyof typeof EXIT] {
  if (state === 'done') return EXIT.done;
  return state === 'failed' ? EXIT.needsPerson : EXIT.unreachable;
}
