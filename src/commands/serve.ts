import { Flags } from '@oclif/core';
import { BaseCommand } from '../lib/base-command.js';
import { createServeProgram } from '../lib/shell/serve/serve-program.js';
import { chooseHost } from '../lib/shell/service/hosts.js';
import { outliveOutput } from '../lib/shell/terminal/output.js';

export default class Serve extends BaseCommand {
  static override summary = 'Listen to devices, keep their punches and deliver them, until stopped.';
  static override enableJsonFlag = false;
  static override examples = ['<%= config.bin %> <%= command.id %> --port 9090'];
  static override flags = {
    port: Flags.integer({ summary: 'Port that devices send to (default 9090).', min: 0, max: 65_535 }),
    host: Flags.string({ summary: 'Address to listen on (default 0.0.0.0).' }),
    service: Flags.string({ summary: 'Name under which a service manager started this.', hidden: true }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Serve);
    outliveOutput();
    const program = createServeProgram({
      version: this.config.version,
      service: flags.service,
      load: () => this.loadConfig(flags, { 'serve.port': flags.port, 'serve.host': flags.host }),
      announce: (banner) => this.log(banner),
    });
    const host = await chooseHost(flags.service);
    await host.run(program);
  }
}
