import { Args } from '@oclif/core';
import { BaseCommand } from '../lib/base-command.js';
import { salvage } from '../lib/shell/lists/maintenance.js';

export default class Salvage extends BaseCommand {
  static override summary = 'Fetch into the journal what can still be read from a damaged one.';
  static override description = 'Punches that the journal has already stay single.';
  static override args = { file: Args.string({ required: true, description: 'The damaged journal.' }) };

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Salvage);
    const result = await salvage(this.loadConfig(flags), args.file);
    this.log(result.message);
    return result;
  }
}
