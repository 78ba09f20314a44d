import { Args } from '@oclif/core';
import { withJournal } from '../../lib/app.js';
import { BaseCommand } from '../../lib/base-command.js';
import { unknownDevice } from '../../lib/shell/lists/device-list.js';

export default class DevicesApprove extends BaseCommand {
  static override summary = 'Let the punches of a new device through to the database.';
  static override args = { sn: Args.string({ required: true, description: 'Serial number.' }) };

  async run(): Promise<{ deviceSn: string }> {
    const { args, flags } = await this.parse(DevicesApprove);
    return withJournal(this.loadConfig(flags), async (journal) => {
      if (!(await journal.approveDevice(args.sn))) throw unknownDevice(args.sn, journal);
      this.log(`Device ${args.sn} is approved; punches that were held for it wait for delivery now.`);
      return { deviceSn: args.sn };
    });
  }
}
