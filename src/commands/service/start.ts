import { BaseCommand } from '../../lib/base-command.js';
import { openSystemServices, type ServicesReport } from '../../lib/shell/service/service-app.js';
import { roleOf, serviceArgument } from '../../lib/shell/service/service-argument.js';
import { renderServices } from '../../lib/shell/service/service-report.js';
import { startServices } from '../../lib/shell/service/service-steer.js';

export default class ServiceStart extends BaseCommand {
  static override summary = "Start hip's services and wait until they run.";
  static override args = serviceArgument;

  async run(): Promise<ServicesReport> {
    const { args, flags } = await this.parse(ServiceStart);
    const system = await openSystemServices();
    const report = await startServices(roleOf(args.which), { loaded: this.loadConfig(flags), system });
    this.log(await renderServices(report));
    return report;
  }
}
