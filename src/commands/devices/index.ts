import { withJournal } from '../../lib/app.js';
import { BaseCommand } from '../../lib/base-command.js';
import type { DeviceRecord } from '../../lib/journal/journal.js';
import { renderDevices } from '../../lib/shell/lists/device-list.js';

export default class Devices extends BaseCommand {
  static override summary = 'Show what is known of each device.';

  async run(): Promise<readonly DeviceRecord[]> {
    const { flags } = await this.parse(Devices);
    return withJournal(this.loadConfig(flags), async (journal) => {
      const devices = journal.devices();
      if (!this.jsonEnabled()) this.log(await renderDevices(devices, this.terminalWidth));
      return devices;
    });
  }
}
