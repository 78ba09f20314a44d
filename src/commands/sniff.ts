import { Flags } from '@oclif/core';
import { BaseCommand } from '../lib/base-command.js';
import { renderObservation } from '../lib/sniff/view.js';
import { createSniffStyle, startSniff } from '../lib/sniff-app.js';
import { renderSniffBanner, sniffSettings } from '../lib/sniff-arguments.js';
import { createStopSignal } from '../lib/stop-signal.js';

export default class Sniff extends BaseCommand {
  static override summary = 'Show what devices really say, keep it, play it again.';
  static override flags = {
    port: Flags.integer({
      summary: 'Port to listen on; may be given more than once (default 9090).',
      multiple: true,
      min: 0,
      max: 65_535,
    }),
    host: Flags.string({ summary: 'Address to listen on (default 0.0.0.0).' }),
    silent: Flags.boolean({ summary: 'Only listen; never answer a byte.', exclusive: ['forward'] }),
    forward: Flags.string({ summary: 'Pass everything on, unchanged both ways.', helpValue: 'URL' }),
    hex: Flags.boolean({ summary: 'Show all bytes.', exclusive: ['brief'] }),
    brief: Flags.boolean({ summary: 'Show one line per exchange.' }),
    save: Flags.string({ summary: 'Write every exchange to a new folder.', helpValue: 'DIR' }),
    scrub: Flags.boolean({ summary: 'Save without what is secret.', default: true, allowNo: true }),
  };

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Sniff);
    const loaded = this.loadConfig(flags);
    const settings = sniffSettings(flags, loaded);
    const view = flags.hex ? 'hex' : flags.brief ? 'brief' : 'text';
    const style = createSniffStyle(loaded, { view, output: process.stdout });
    const running = await startSniff({
      loaded,
      settings,
      show: (explained) => {
        const text = renderObservation(explained, style);
        if (text !== null) this.log(text);
      },
    });
    this.log(renderSniffBanner(settings, running.addresses));
    const stop = createStopSignal();
    await new Promise<void>((resolve) => stop.signal.addEventListener('abort', () => resolve()));
    stop.end();
    return running.stop();
  }
}
