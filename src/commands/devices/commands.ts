import { Flags } from '@oclif/core';
import { withJournal } from '../../lib/app.js';
import { BaseCommand } from '../../lib/base-command.js';
import type { CommandRecord } from '../../lib/journal/journal.js';
import { cancelCommand, renderCommands } from '../../lib/shell/terminal/command-list.js';

export default class DevicesCommands extends BaseCommand {
  static override summary = 'List the commands given to devices, with their state; or cancel one.';
  static override description = 'One that no device fetches is given up by itself after a week.';
  static override flags = {
    device: Flags.string({ summary: 'Only this serial number.', helpValue: 'SN' }),
    cancel: Flags.string({
      summary: 'Take this command back, before the device fetches it.',
      helpValue: 'ID',
      exclusive: ['device'],
    }),
  };

  async run(): Promise<readonly CommandRecord[]> {
    const { flags } = await this.parse(DevicesCommands);
    const { device, cancel } = flags;
    return withJournal(this.loadConfig(flags), async (journal) => {
      if (cancel !== undefined) {
        const { command, message } = cancelCommand(cancel, journal);
        this.log(message);
        return [command];
      }
      const commands = journal.commands(device);
      if (!this.jsonEnabled()) this.log(await renderCommands(commands, this.terminalWidth));
      return commands;
    });
  }
}
