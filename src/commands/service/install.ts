import { Flags } from '@oclif/core';
import { BaseCommand } from '../../lib/base-command.js';
import { renderFiles, type UnitFile } from '../../lib/service/systemd-units.js';
import {
  type InstallReport,
  installServices,
  openSystemServices,
  planSetup,
} from '../../lib/shell/service/service-app.js';
import { roleOf, serviceArgument } from '../../lib/shell/service/service-argument.js';
import { renderInstalled } from '../../lib/shell/service/service-report.js';

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
    print: Flags.boolean({ summary: 'Only show the systemd units; write nothing.' }),
  };

  async run(): Promise<InstallReport | readonly UnitFile[]> {
    const { args, flags } = await this.parse(ServiceInstall);
    const loaded = this.loadConfig(flags);
    const options = { role: roleOf(args.which), allow: flags.allow, replace: flags.replace };
    if (flags.print) return this.#print(renderFiles(planSetup(loaded, options).setup));
    const report = await installServices(loaded, await openSystemServices(), options);
    this.log(await renderInstalled(report));
    return report;
  }

  #print(files: readonly UnitFile[]): readonly UnitFile[] {
    for (const { file, content } of files) this.log(`# ${file}\n${content}`);
    return files;
  }
}
