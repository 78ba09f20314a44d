import { existsSync } from 'node:fs';
import { withJournal } from '../../app.js';
import type { LoadedConfig } from '../../config.js';
import { HipError } from '../../errors.js';
import { noteRemadeTable } from '../../forwarder/remade.js';
import { journalFile } from '../../journal/folder.js';

/** For whoever makes a table without a forwarder. Returns what it told; null when the journal knows of no loss. */
export async function noteRemadeByHand(loaded: LoadedConfig, target: string): Promise<string | null> {
  if (!existsSync(journalFile(loaded.dataDir))) return null;
  try {
    return await withJournal(loaded, (journal) => noteRemadeTable(journal, target));
  } catch (error) {
    // The table is there, which is what was asked for: a journal that is the service's alone is no failure of it.
    if (!(error instanceof HipError)) throw error;
    return `${error.message} If punches had been delivered to ${target} before, hip redeliver sends them again`;
  }
}
