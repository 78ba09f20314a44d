import { Flags } from '@oclif/core';
import { withJournal } from '../../lib/app.js';
import { BaseCommand } from '../../lib/base-command.js';
import { countOf } from '../../lib/count.js';

export default class PunchesRetry extends BaseCommand {
  static override summary = 'Let rejected punches wait for delivery again.';
  static override flags = {
    state: Flags.option({ options: ['rejected'] as const })({
      summary: 'Which punches: only rejected ones can be retried.',
      default: 'rejected',
    }),
  };

  async run(): Promise<{ retried: number }> {
    const { flags } = await this.parse(PunchesRetry);
    return withJournal(this.loadConfig(flags), async (journal) => {
      const retried = await journal.retryRejected();
      this.log(
        retried === 0
          ? 'No punch is rejected.'
          : `${countOf(retried, 'rejected punch', 'rejected punches')} ${retried === 1 ? 'waits' : 'wait'} for delivery again. A running hip serve sends them; else start it.`,
      );
      return { retried };
    });
  }
}
