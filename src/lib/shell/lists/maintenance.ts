import { statSync } from 'node:fs';
import { openStore } from '../../app.js';
import type { LoadedConfig } from '../../config.js';
import { countOf, countPunches } from '../../count.js';
import { HipError } from '../../errors.js';
import { type Restored, restoreJournal } from '../../journal/restore.js';
import { type SalvageReport, salvageJournal } from '../../journal/salvage.js';

/** @throws {HipError} when the copy is none or damaged, or other hip processes have the journal open */
export async function restore(loaded: LoadedConfig, copy: string): Promise<Restored & { message: string }> {
  const restored = await restoreJournal(copy, { dataDir: loaded.dataDir });
  const before =
    restored.previous === null ? '' : `\nThe journal that stood there is kept as ${restored.previous}.`;
  const message = `${countOf(restored.punches, 'punch is', 'punches are')} restored; devices are asked to send again what came later.${before}`;
  return { ...restored, message };
}

/** @throws {HipError} when there is no such file, or nothing of it can be read */
export async function salvage(
  loaded: LoadedConfig,
  file: string,
): Promise<SalvageReport & { message: string }> {
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) {
    throw new HipError('HIP_FILE_UNREADABLE', `${file} is no file.`, {
      suggestions: ['Name the damaged journal'],
    });
  }
  const journal = openStore(loaded, { background: true });
  try {
    const report = await salvageJournal(file, journal);
    if (report.stored + report.duplicates + report.quarantined + report.lost === 0) {
      throw new HipError(
        'HIP_FILE_UNREADABLE',
        `Nothing of a journal is left in ${file}, or it never was one.`,
        {
          suggestions: ['Name the damaged journal itself: hip.db, or hip.db.damaged-… beside it'],
        },
      );
    }
    const known =
      report.duplicates === 0 ? '' : `, ${countOf(report.duplicates, 'was', 'were')} there already`;
    const lost =
      report.lost === 0
        ? ''
        : `\n${countOf(report.lost, 'belongs', 'belong')} to a device that can't be told any more.`;
    const quarantined =
      report.quarantined === 0 ? '' : `\n${countOf(report.quarantined, 'unread item')} went to quarantine.`;
    return { ...report, message: `${countPunches(report.stored)} fetched${known}.${quarantined}${lost}` };
  } finally {
    journal.close();
  }
}
