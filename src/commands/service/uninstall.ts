import { Flags } from '@oclif/core';
import { BaseCommand } from '../../lib/base-command.js';
import { openSystemServices } from '../../lib/shell/service/service-app.js';
import { roleOf, serviceArgument } from '../../lib/shell/service/service-argument.js';
import {
  confirmPurge,
  type RemovalReport,
  uninstallServices,
} from '../../lib/shell/service/service-removal.js';

export default class ServiceUninstall extends BaseCommand {
  static override summary = "Stop and remove hip's services; configuration, journal and log files stay.";
  static override usage = ['<%= command.id %> [WHICH] [--purge [--yes]]'];
  static override args = serviceArgument;
  static override flags = {
    purge: Flags.boolean({ summary: 'Delete the data folder too, with every punch in it; asks first.' }),
    yes: Flags.boolean({ summary: 'Do not ask.', dependsOn: ['purge'] }),
  };

  async run(): Promise<RemovalReport> {
    const { args, flags } = await this.parse(ServiceUninstall);
    const loaded = this.loadConfig(flags);
    if (flags.purge && !flags.yes) await confirmPurge(loaded.dataDir);
    const options = { role: roleOf(args.which), purge: flags.purge };
    const report = await uninstallServices(loaded, await openSystemServices(), options);
    for (const name of report.removed) this.log(`${name} is removed.`);
    if (report.removed.length === 0) this.log('No service of hip was installed.');
    for (const note of report.notes) this.log(note);
    this.log(report.purged ? `${loaded.dataDir} is deleted.` : `Data stays in ${loaded.dataDir}.`);
    return report;
  }
}
