import { Args } from '@oclif/core';
import { BaseCommand } from '../lib/base-command.js';
import { restore } from '../lib/shell/lists/maintenance.js';

export default class Restore extends BaseCommand {
  static override summary = 'Put a copy made by hip backup in the place of the journal.';
  static override description =
    'Stop hip serve and hip sync first. The present journal is kept beside it under another name, and all devices are ' +
    'asked for everything they hold, so that what came after the copy comes again.';
  static override args = { file: Args.string({ required: true, description: 'The copy.' }) };

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Restore);
    const result = await restore(this.loadConfig(flags), args.file);
    this.log(result.message);
    return result;
  }
}
