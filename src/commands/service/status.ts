import { BaseCommand } from '../../lib/base-command.js';
import {
  openSystemServices,
  reportServices,
  type ServicesReport,
} from '../../lib/shell/service/service-app.js';
import { renderServices } from '../../lib/shell/service/service-report.js';

export default class ServiceStatus extends BaseCommand {
  static override summary = "Show whether hip's services are installed and running, and why not.";

  async run(): Promise<ServicesReport> {
    const { flags } = await this.parse(ServiceStatus);
    const report = await reportServices(this.loadConfig(flags), await openSystemServices());
    this.log(await renderServices(report));
    return report;
  }
}
