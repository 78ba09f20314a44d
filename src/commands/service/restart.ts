import { BaseCommand } from '../../lib/base-command.js';
import { openSystemServices, type ServicesReport } from '../../lib/shell/service/service-app.js';
import { roleOf, serviceArgument } from '../../lib/shell/service/service-argument.js';
import { renderServices } from '../../lib/shell/service/service-report.js';
import { restartServices } from '../../lib/shell/service/service-steer.js';

export default class ServiceRestart extends BaseCommand {
  static override summary = "Stop hip's services and start them again, after a change of the configuration.";
  static override args = serviceArgument;

  async run(): Promise<ServicesReport> {
    const { args, flags } = await this.parse(ServiceRestart);
    const system = await openSystemServices();
    const report = await restartServices(roleOf(args.which), { loaded: this.loadConfig(flags), system });
    this.log(await renderServices(report));
    return report;
  }
}
