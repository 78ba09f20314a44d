import { Flags } from '@oclif/core';
import { BaseCommand } from '../../lib/base-command.js';
import { type InstallReport, installServices, openServiceManager } from '../../lib/service-app.js';
import { roleOf, serviceArgument } from '../../lib/service-argument.js';
import { renderInstalled } from '../../lib/service-report.js';

export default class ServiceInstall extends BaseCommand {
  static override summary = 'Let the system start hip by itself and keep it running.';
  static override description =
    `Can be repeated: what stands there of hip is brought up to date. When a service does not start, all is put
back as it was.`;
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> serve --allow 10.1.0.0/16',
  ];
  static override args = serviceArgument;
  static override flags = {
    allow: Flags.string({
      summary: 'Network of devices that may reach this PC, besides its own; may be repeated.',
      helpValue: 'CIDR',
      multiple: true,
      default: [],
    }),
    replace: Flags.boolean({
      summary: "Take the place of another program's service of that name; uninstall brings it back.",
    }),
  };

  async run(): Promise<InstallReport> {
    const { args, flags } = await this.parse(ServiceInstall);
    const loaded = this.loadConfig(flags);
    const options = { role: roleOf(args.which), allow: flags.allow, replace: flags.replace };
    const report = await installServices(loaded, await openServiceManager(), options);
    this.log(await renderInstalled(report));
    return report;
  }
}
