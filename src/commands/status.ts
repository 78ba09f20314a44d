import { BaseCommand } from '../lib/base-command.js';
import { renderStatus } from '../lib/shell/status/render-status.js';
import type { StatusReport } from '../lib/shell/status/status.js';
import { readStatus } from '../lib/shell/status/status-client.js';

export default class Status extends BaseCommand {
  static override summary = 'Show listener, journal, forwarder, last punch and backlog.';
  static override description =
    'Exits 0 whenever it could look, whatever it saw; --json is for programs that watch.';

  async run(): Promise<StatusReport> {
    const { flags } = await this.parse(Status);
    const report = await readStatus(this.loadConfig(flags), this.config.version);
    this.log(renderStatus(report, this.terminalWidth));
    return report;
  }
}
