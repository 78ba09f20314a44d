import { Args } from '@oclif/core';
import { withJournal } from '../../lib/app.js';
import { BaseCommand } from '../../lib/base-command.js';
import { unknownDevice } from '../../lib/shell/lists/device-list.js';

export default class DevicesRename extends BaseCommand {
  static override summary = 'Give a device a name for people; without a name the old one is removed.';
  static override description =
    'The name is shown, nothing more. To write another name into the database set devices.<sn>.sinkName.';
  static override args = {
    sn: Args.string({ required: true, description: 'Serial number.' }),
    name: Args.string({ description: 'For example "Main gate".' }),
  };

  async run(): Promise<{ deviceSn: string; name: string | null }> {
    const { args, flags } = await this.parse(DevicesRename);
    const name = args.name?.trim() || null;
    return withJournal(this.loadConfig(flags), async (journal) => {
      if (!journal.renameDevice(args.sn, name)) throw unknownDevice(args.sn, journal);
      this.log(name ? `Device ${args.sn} is called "${name}" now.` : `Device ${args.sn} has no name now.`);
      return { deviceSn: args.sn, name };
    });
  }
}
