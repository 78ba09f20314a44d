import { withJournal } from '../../lib/app.js';
import { BaseCommand } from '../../lib/base-command.js';
import type { QuarantineItem } from '../../lib/journal/journal.js';
import { renderQuarantine } from '../../lib/shell/lists/quarantine-list.js';

export default class QuarantineList extends BaseCommand {
  static override summary = 'List input that could not be read and needs a person.';

  async run(): Promise<readonly QuarantineItem[]> {
    const { flags } = await this.parse(QuarantineList);
    return withJournal(this.loadConfig(flags), async (journal) => {
      const items = journal.quarantine();
      if (!this.jsonEnabled()) this.log(await renderQuarantine(items, this.terminalWidth));
      return items;
    });
  }
}
