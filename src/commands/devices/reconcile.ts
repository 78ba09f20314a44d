import { Args, Flags } from '@oclif/core';
import { systemClock, withJournal } from '../../lib/app.js';
import { BaseCommand } from '../../lib/base-command.js';
import { type Reconciliation, reconcileDay } from '../../lib/device-commands/reconcile.js';
import { EXIT } from '../../lib/errors.js';
import { unknownDevice } from '../../lib/shell/lists/device-list.js';
import { renderProgress, renderReconciliation } from '../../lib/shell/terminal/command-list.js';
import { openProgress } from '../../lib/shell/terminal/progress.js';
import { parseDayArgument } from '../../lib/shell/terminal/time-argument.js';

export default class DevicesReconcile extends BaseCommand {
  static override summary = "Compare a device's memory of a day with the journal, and say what was missing.";
  static override description =
    'What was missing the device sends again, so that it is stored and delivered. Needs a running hip serve.';
  static override examples = ['<%= config.bin %> <%= command.id %> CQZ7241900017 --day 2026-11-20'];

  static override args = { sn: Args.string({ required: true, description: 'Serial number.' }) };

  static override flags = {
    day: Flags.string({ summary: "The device's day.", required: true, helpValue: 'DAY' }),
    timeout: Flags.integer({
      summary: 'How long to wait for each answer.',
      default: 300,
      min: 1,
      helpValue: 'SECONDS',
    }),
  };

  async run(): Promise<Reconciliation> {
    const { args, flags } = await this.parse(DevicesReconcile);
    const day = parseDayArgument(flags.day);
    return withJournal(this.loadConfig(flags), async (journal) => {
      if (journal.deviceState(args.sn) === undefined) throw unknownDevice(args.sn, journal);
      const progress = await openProgress(this.jsonEnabled() ? null : process.stderr);
      const lastSeenAt = journal.devices().find(({ sn }) => sn === args.sn)?.lastSeenAt ?? null;
      const result = await reconcileDay(
        {
          journal,
          clock: systemClock,
          timeoutMs: flags.timeout * 1000,
          onChange: (command) => progress.say(`${command.verb} ${renderProgress(command, lastSeenAt)}`),
        },
        { deviceSn: args.sn, day },
      ).finally(() => progress.close());
      if (!this.jsonEnabled()) this.log(await renderReconciliation(result, this.terminalWidth));
      this.exitWith(EXITS[result.outcome]);
      return result;
    });
  }
}

const EXITS = { compared: EXIT.done, refused: EXIT.needsPerson, 'no-answer': EXIT.unreachable } as const;
