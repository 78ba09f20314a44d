import { Args, Flags } from '@oclif/core';
import { withJournal } from '../../lib/app.js';
import { BaseCommand } from '../../lib/base-command.js';
import { countOf } from '../../lib/count.js';
import { HipError } from '../../lib/errors.js';
import { unknownItem } from '../../lib/shell/lists/quarantine-list.js';
import { askOnTerminal } from '../../lib/shell/terminal/ask-on-terminal.js';

export default class QuarantineDiscard extends BaseCommand {
  static override summary = 'Remove items from the quarantine for good.';
  static override strict = false;
  static override usage = ['<%= command.id %> ID...', '<%= command.id %> --all [--yes]'];
  static override args = { id: Args.integer({ description: 'Numbers from hip quarantine list.' }) };
  static override description =
    '--all asks first on a terminal. In a script it is the yes: whoever wrote it there meant it.';
  static override flags = {
    all: Flags.boolean({ summary: 'Discard everything in quarantine.' }),
    yes: Flags.boolean({ summary: 'With --all: do not ask, also on a terminal.', dependsOn: ['all'] }),
  };

  async run(): Promise<{ discarded: number }> {
    const { argv, flags } = await this.parse(QuarantineDiscard);
    const named = argv.map(Number);
    if (named.length === 0 && !flags.all) {
      throw new HipError('HIP_USAGE', 'Name the items to discard, or --all.', {
        suggestions: ['hip quarantine list shows their numbers'],
      });
    }
    return withJournal(this.loadConfig(flags), async (journal) => {
      const ids = flags.all ? journal.quarantine().map((item) => item.id) : named;
      const unknown = ids.find((id) => !Number.isInteger(id) || !journal.quarantineItem(id));
      if (unknown !== undefined) throw unknownItem(unknown);
      if (flags.all && !(await this.#agrees(ids.length, flags.yes))) {
        this.log('Nothing was discarded.');
        return { discarded: 0 };
      }
      const discarded = journal.discardQuarantine(ids);
      this.log(`${discarded} discarded.`);
      return { discarded };
    });
  }

  async #agrees(items: number, yes: boolean): Promise<boolean> {
    if (yes || items === 0 || this.jsonEnabled()) return true;
    const question = `Discard ${countOf(items, 'item')} for good, punches that may be in them included?`;
    return (await askOnTerminal(question)) ?? true;
  }
}
