import { Flags } from '@oclif/core';
import { BaseCommand } from '../lib/base-command.js';
import { checkDatabase, type DatabaseCheck, exitCodeOfCheck } from '../lib/shell/status/database-check.js';
import { noteRemadeByHand } from '../lib/shell/status/remade-table.js';
import { askOnTerminal } from '../lib/shell/terminal/ask-on-terminal.js';

export default class TestDb extends BaseCommand {
  static override summary = 'Walk the chain to the database, link by link, and say what to do.';
  static override description =
    'Changes nothing unless asked. Exits 3 when punches could not go through, 2 when no database is configured.';
  static override usage = ['<%= command.id %> [--create] [--fix [--remove-duplicates] [--yes]]'];
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --create',
    '<%= config.bin %> <%= command.id %> --fix --remove-duplicates --yes',
  ];
  static override flags = {
    create: Flags.boolean({ summary: 'Create the schema and the table where they are missing.' }),
    fix: Flags.boolean({
      summary: 'Show what the table lacks, then mend its types and add the unique key.',
    }),
    'remove-duplicates': Flags.boolean({
      summary: 'With --fix: move rows that stand twice into a backup table; the lowest id stays.',
      dependsOn: ['fix'],
    }),
    yes: Flags.boolean({
      summary: 'With --fix: change the table without asking, also on a terminal.',
      dependsOn: ['fix'],
    }),
  };

  async run(): Promise<DatabaseCheck> {
    const { flags } = await this.parse(TestDb);
    const loaded = this.loadConfig(flags);
    let created: string | null = null;
    const check = await checkDatabase(loaded, {
      create: flags.create,
      fix: flags.fix,
      removeDuplicates: flags['remove-duplicates'],
      // In a script --fix is the yes: whoever wrote it there meant it.
      agree: async () =>
        flags.yes || this.jsonEnabled() || ((await askOnTerminal('Change the table so?')) ?? true),
      onCreated: (target) => {
        created = target;
      },
      nowMs: Date.now,
      tell: (text) => this.log(text),
      width: this.terminalWidth,
    });
    const remade = created === null ? null : await noteRemadeByHand(loaded, created);
    if (remade !== null) this.log(`\n${remade}.`);
    this.exitWith(exitCodeOfCheck(check));
    return check;
  }
}
