import { withJournal } from '../../lib/app.js';
import { BaseCommand } from '../../lib/base-command.js';
import type { DeviceRecord } from '../../lib/journal/journal.js';
import { renderDevices } from '../../lib/shell/lists/device-list.js';

export default class Devices extends BaseCommand {
  static override summary = 'Show what is known of each device.';

  async run(): Promise<readonly DeviceRecord[]> {
    const { flags } = await this.parse(Devices);
    const loaded = this.loadConfig(flags);
    const asksApproval = loaded.config.serve.devices === 'approved';
    return withJournal(loaded, async (journal) => {
      const devices = journal.devices();
      const width = this.terminalWidth;
      if (!this.jsonEnabled()) this.log(await renderDevices(devices, { width, asksApproval }));
      return devices;
    });
  }
}
