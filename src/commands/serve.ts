import { Flags } from '@oclif/core';
import { BaseCommand } from '../lib/base-command.js';
import { startServe } from '../lib/serve-app.js';
import { renderBanner } from '../lib/serve-banner.js';
import { openServeLog } from '../lib/serve-log.js';
import { untilStopped } from '../lib/stop-signal.js';

export default class Serve extends BaseCommand {
  static override summary = 'Listen to devices, keep their punches and deliver them, until stopped.';
  static override enableJsonFlag = false;
  static override examples = ['<%= config.bin %> <%= command.id %> --port 9090'];
  static override flags = {
    port: Flags.integer({ summary: 'Port that devices send to (default 9090).', min: 0, max: 65_535 }),
    host: Flags.string({ summary: 'Address to listen on (default 0.0.0.0).' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Serve);
    const loaded = this.loadConfig(flags, { 'serve.port': flags.port, 'serve.host': flags.host });
    const log = await openServeLog(loaded);
    try {
      const running = await startServe(loaded, { version: this.config.version, log });
      this.log(
        renderBanner({ ...running, version: this.config.version, zone: loaded.config.serve.timeZone }),
      );
      for (const notice of running.notices) log.warn({ code: notice.code }, notice.message);
      await untilStopped(running.failed);
      log.info({}, 'Stopping.');
      await running.stop();
      log.info({}, 'Stopped.');
    } finally {
      await log.close();
    }
  }
}
