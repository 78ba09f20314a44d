import { openStore } from './app.js';
import type { LoadedConfig } from './config.js';
import { type Restored, restoreJournal } from './journal/restore.js';
import { type SalvageReport, salvageJournal } from './journal/salvage.js';

/** @throws {HipError} when the copy is none or damaged, or other hip processes have the journal open */
export async function restore(loaded: LoadedConfig, copy: string): Promise<Restored & { message: string }> {
  const restored = await restoreJournal(copy, { dataDir: loaded.dataDir });
  const before =
    restored.previous === null ? '' : `\nThe journal that stood there is kept as ${restored.previous}.`;
  const message = `${restored.punches} punches are restored; devices are asked to send again what came later.${before}`;
  return { ...restored, message };
}

/** @throws {HipError} when there is no such file, or nothing of it can be read */
export async function salvage(
  loaded: LoadedConfig,
  file: string,
): Promise<SalvageReport & { message: string }> {
  const journal = openStore(loaded, { background: true });
  try {
    const report = await salvageJournal(file, journal);
    const known = report.duplicates === 0 ? '' : `, ${report.duplicates} were there already`;
    const lost = report.lost === 0 ? '' : `\n${report.lost} belong to a device that can't be told any more.`;
    const quarantined =
      report.quarantined === 0 ? '' : `\n${report.quarantined} unread items went to quarantine.`;
    return { ...report, message: `${report.stored} punches fetched${known}.${quarantined}${lost}` };
  } finally {
    journal.close();
  }
}
