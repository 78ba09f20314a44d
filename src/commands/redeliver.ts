import { Flags } from '@oclif/core';
import { withJournal } from '../lib/app.js';
import { BaseCommand } from '../lib/base-command.js';
import { countPunches } from '../lib/count.js';
import { TABLE_REMADE } from '../lib/forwarder/remade.js';
import { parseTimeRange } from '../lib/shell/terminal/time-argument.js';

export default class Redeliver extends BaseCommand {
  static override summary = 'Send delivered punches again, for a database that was restored or changed.';
  static override description =
    'Rows that the database still has stay single: it recognises them by device, user and time.';
  static override examples = ['<%= config.bin %> <%= command.id %> --from 2026-11-01'];
  static override flags = {
    from: Flags.string({ summary: 'Device time, inclusive.', helpValue: 'TIME' }),
    to: Flags.string({ summary: 'Device time, inclusive.', helpValue: 'TIME' }),
  };

  async run(): Promise<{ redelivered: number }> {
    const { flags } = await this.parse(Redeliver);
    const range = parseTimeRange(flags);
    return withJournal(this.loadConfig(flags), async (journal) => {
      const redelivered = await journal.redeliver(range);
      // All of them are on their way: what the notice asked for is done.
      if (range.from === undefined && range.to === undefined) journal.dismissNotices(TABLE_REMADE);
      this.log(
        redelivered === 0
          ? 'No delivered punch in that range.'
          : `${countPunches(redelivered)} ${redelivered === 1 ? 'waits' : 'wait'} for delivery again. A running hip serve sends them; else start it.`,
      );
      return { redelivered };
    });
  }
}
