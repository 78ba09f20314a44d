import { BaseCommand } from '../../lib/base-command.js';
import { openSystemServices, type ServicesReport } from '../../lib/shell/service/service-app.js';
import { roleOf, serviceArgument } from '../../lib/shell/service/service-argument.js';
import { renderServices } from '../../lib/shell/service/service-report.js';
import { stopServices } from '../../lib/shell/service/service-steer.js';

export default class ServiceStop extends BaseCommand {
  static override summary = "Stop hip's services; what is in flight is drained first.";
  static override args = serviceArgument;

  async run(): Promise<ServicesReport> {
    const { args, flags } = await this.parse(ServiceStop);
    const system = await openSystemServices();
    const report = await stopServices(roleOf(args.which), { loaded: this.loadConfig(flags), system });
    this.log(await renderServices(report));
    return report;
  }
}
