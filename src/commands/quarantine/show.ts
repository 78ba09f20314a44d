import { Args } from '@oclif/core';
import { withJournal } from '../../lib/app.js';
import { BaseCommand } from '../../lib/base-command.js';
import { countOf } from '../../lib/count.js';
import { localTime } from '../../lib/shell/lists/device-list.js';
import { printableContent, unknownItem } from '../../lib/shell/lists/quarantine-list.js';

export default class QuarantineShow extends BaseCommand {
  static override summary = 'Show one item of the quarantine with its content.';
  static override args = {
    id: Args.integer({ required: true, description: 'Number from hip quarantine list.' }),
  };

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(QuarantineShow);
    return withJournal(this.loadConfig(flags), async (journal) => {
      const item = journal.quarantineItem(args.id);
      if (!item) throw unknownItem(args.id);
      const { content, ...facts } = item;
      const text = printableContent(content);
      this.log(
        `${item.reason}\nfrom ${item.source}${item.deviceSn ? ` ${item.deviceSn}` : ''}, ${item.count === 1 ? 'once' : `${item.count} times`}`,
      );
      this.log(
        `first ${localTime(item.firstSeenAt)}, last ${localTime(item.lastSeenAt)}, ${countOf(item.bytes, 'byte')}\n\n${text}`,
      );
      return { ...facts, text, base64: Buffer.from(content).toString('base64') };
    });
  }
}
