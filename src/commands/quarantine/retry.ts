import { withJournal } from '../../lib/app.js';
import { BaseCommand } from '../../lib/base-command.js';
import { countOf, countPunches } from '../../lib/count.js';
import { EXIT } from '../../lib/errors.js';
import { retryQuarantine } from '../../lib/shell/lists/quarantine-retry.js';

export default class QuarantineRetry extends BaseCommand {
  static override summary = 'Read everything in quarantine again, after an update or a changed setting.';
  static override description = 'What can be read now is stored and leaves the quarantine; the rest stays.';

  async run(): Promise<{ stored: number; duplicates: number; remaining: number }> {
    const { flags } = await this.parse(QuarantineRetry);
    const loaded = this.loadConfig(flags);
    return withJournal(loaded, async (journal) => {
      const result = await retryQuarantine(journal, loaded);
      const found = result.stored + result.duplicates;
      this.log(
        `${countPunches(found)} read (${result.stored} new), ${countOf(result.remaining, 'item')} remain${result.remaining === 1 ? 's' : ''}.`,
      );
      if (result.remaining > 0) this.exitWith(EXIT.needsPerson);
      return result;
    });
  }
}
