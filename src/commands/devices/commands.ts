import { Flags } from '@oclif/core';
import { withJournal } from '../../lib/app.js';
import { BaseCommand } from '../../lib/base-command.js';
import type { CommandRecord } from '../../lib/journal/journal.js';
import { renderCommands } from '../../lib/shell/terminal/command-list.js';

export default class DevicesCommands extends BaseCommand {
  static override summary = 'List the commands given to devices, with their state.';
  static override flags = {
    device: Flags.string({ summary: 'Only this serial number.', helpValue: 'SN' }),
  };

  async run(): Promise<readonly CommandRecord[]> {
    const { flags } = await this.parse(DevicesCommands);
    return withJournal(this.loadConfig(flags), async (journal) => {
      const commands = journal.commands(flags.device);
      if (!this.jsonEnabled()) this.log(await renderCommands(commands, this.terminalWidth));
      return commands;
    });
  }
}
