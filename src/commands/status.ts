import { Flags } from '@oclif/core';
import { withJournal } from '../lib/app.js';
import { BaseCommand } from '../lib/base-command.js';
import type { JournalNotice } from '../lib/journal/journal.js';
import { renderStatus } from '../lib/shell/status/render-status.js';
import type { StatusReport } from '../lib/shell/status/status.js';
import { readStatus } from '../lib/shell/status/status-client.js';

export default class Status extends BaseCommand {
  static override summary = 'Show listener, journal, forwarder, last punch and backlog.';
  static override description =
    'Exits 0 whenever it could look, whatever it saw; --json is for programs that watch.';
  static override flags = {
    dismiss: Flags.boolean({
      summary: 'Take away the notices that hip shows until they are read (rebuilt, restored, …).',
    }),
  };

  async run(): Promise<StatusReport & { readonly dismissed?: readonly JournalNotice[] }> {
    const { flags } = await this.parse(Status);
    const loaded = this.loadConfig(flags);
    const dismissed = flags.dismiss
      ? await withJournal(loaded, (journal) => journal.dismissNotices())
      : undefined;
    if (dismissed?.length === 0) this.log('There is no notice to dismiss.\n');
    else if (dismissed)
      this.log(`Dismissed:\n${dismissed.map(({ message }) => `  ${message}`).join('\n')}\n`);
    const report = await readStatus(loaded, this.config.version);
    this.log(renderStatus(report, this.terminalWidth));
    return dismissed ? { ...report, dismissed } : report;
  }
}
