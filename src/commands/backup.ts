import { Args } from '@oclif/core';
import { withJournal } from '../lib/app.js';
import { BaseCommand } from '../lib/base-command.js';

export default class Backup extends BaseCommand {
  static override summary = 'Write a consistent copy of the journal while everything runs.';
  static override args = {
    file: Args.string({ required: true, description: 'New file; an existing one is refused.' }),
  };

  async run(): Promise<{ file: string }> {
    const { args, flags } = await this.parse(Backup);
    return withJournal(this.loadConfig(flags), async (journal) => {
      await journal.backup(args.file);
      this.log(`The journal is copied to ${args.file}.`);
      return { file: args.file };
    });
  }
}
