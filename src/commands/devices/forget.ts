import { Args } from '@oclif/core';
import { withJournal } from '../../lib/app.js';
import { BaseCommand } from '../../lib/base-command.js';
import { unknownDevice } from '../../lib/shell/lists/device-list.js';

export default class DevicesForget extends BaseCommand {
  static override summary = 'Forget facts, stamps, approval and commands of a device; its punches stay.';
  static override args = { sn: Args.string({ required: true, description: 'Serial number.' }) };

  async run(): Promise<{ deviceSn: string }> {
    const { args, flags } = await this.parse(DevicesForget);
    return withJournal(this.loadConfig(flags), async (journal) => {
      if (!journal.forgetDevice(args.sn)) throw unknownDevice(args.sn, journal);
      this.log(`Device ${args.sn} is forgotten; its punches stay. It registers itself again when it calls.`);
      return { deviceSn: args.sn };
    });
  }
}
