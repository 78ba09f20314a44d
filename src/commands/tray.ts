import { Flags } from '@oclif/core';
import { BaseCommand } from '../lib/base-command.js';
import { HipError } from '../lib/errors.js';
import type { Language } from '../lib/tray/texts.js';

const LANGUAGES = ['en', 'th', 'lo'] as const satisfies readonly Language[];

export default class Tray extends BaseCommand {
  static override summary = 'Show hip beside the clock of Windows: its state, a menu, and what is wrong.';
  static override description =
    'One per person; the services do not need it. The language is the one of Windows: English, Thai or Lao.';
  static override enableJsonFlag = false;
  static override flags = {
    language: Flags.option({ options: LANGUAGES, summary: 'Another language than that of Windows.' })(),
    'menu-file': Flags.string({ summary: 'File for the texts of the opened menu.', hidden: true }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Tray);
    if (process.platform !== 'win32') {
      throw new HipError('HIP_USAGE', 'The tray is for Windows.', { suggestions: ['hip status'] });
    }
    const { runTray, traySettings } = await import('../lib/shell/tray/tray-app.js');
    const settingsFlags = ['config', 'data-dir'] as const;
    const isFirst = await runTray({
      version: this.config.version,
      settings: traySettings(() => this.loadConfig(flags)),
      settingsFlags: settingsFlags.flatMap((name) => (flags[name] ? [`--${name}`, flags[name]] : [])),
      language: flags.language ?? null,
      menuFile: flags['menu-file'] ?? null,
    });
    if (!isFirst) this.log('hip is beside the clock already.');
  }
}
