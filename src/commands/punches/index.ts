import { Flags } from '@oclif/core';
import { withJournal } from '../../lib/app.js';
import { BaseCommand } from '../../lib/base-command.js';
import { exportOf, type PunchExport, renderPunches } from '../../lib/shell/lists/punch-list.js';
import { parseTimeRange } from '../../lib/shell/terminal/time-argument.js';

export default class Punches extends BaseCommand {
  static override summary = 'List or export punches.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> --from 2026-11-01 --to 2026-11-30 --format csv --limit 0 > november.csv',
    '<%= config.bin %> <%= command.id %> --state rejected',
  ];

  static override flags = {
    device: Flags.string({ summary: 'Only this serial number.', helpValue: 'SN' }),
    user: Flags.string({ summary: 'Only this user id; leading zeros do not matter.', helpValue: 'ID' }),
    from: Flags.string({ summary: 'Device time, inclusive.', helpValue: 'TIME' }),
    to: Flags.string({ summary: 'Device time, inclusive.', helpValue: 'TIME' }),
    state: Flags.option({ options: ['waiting', 'held', 'delivered', 'rejected'] as const })({
      summary: 'Only punches in this state.',
    }),
    format: Flags.option({ options: ['table', 'csv', 'ndjson'] as const })({
      summary: 'How to print them.',
      default: 'table',
    }),
    limit: Flags.integer({
      summary: 'The newest N; 0 is all (default 100 as a table, else all).',
      min: 0,
      helpValue: 'N',
    }),
  };

  async run(): Promise<readonly PunchExport[]> {
    const { flags } = await this.parse(Punches);
    const range = parseTimeRange(flags);
    return withJournal(this.loadConfig(flags), async (journal) => {
      const found = journal.punches({
        limit: flags.limit ?? (flags.format === 'table' && !this.jsonEnabled() ? 100 : 0),
        ...(flags.device !== undefined && { deviceSn: flags.device }),
        ...(flags.user !== undefined && { userId: flags.user }),
        ...range,
        ...(flags.state && { state: flags.state }),
      });
      if (this.jsonEnabled()) return Array.from(found, exportOf);
      await renderPunches(found, flags.format, process.stdout);
      return [];
    });
  }
}
