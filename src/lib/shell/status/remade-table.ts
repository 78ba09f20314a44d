import { existsSync } from 'node:fs';
import { withJournal } from '../../app.js';
import type { LoadedConfig } from '../../config.js';
import { noteRemadeTable } from '../../forwarder/remade.js';
import { journalFile } from '../../journal/folder.js';

/** For whoever makes a table without a forwarder. Returns what it told; null when the journal knows of no loss. */
export async function noteRemadeByHand(loaded: LoadedConfig, target: string): Promise<string | null> {
  if (!existsSync(journalFile(loaded.dataDir))) return null;
  return withJournal(loaded, (journal) => noteRemadeTable(journal, target));
}
