import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import type { Journal } from '../../src/lib/journal/journal.js';
import { type JournalOptions, openJournal } from '../../src/lib/journal/open.js';

/** A data folder for one test, and journals in it that are closed and removed with it. */
export interface TestFolder {
  /** A folder of its own for the running test. */
  dataDir(): string;
  open(options?: Partial<JournalOptions>): Journal;
  /** Closes a journal before its test ends. */
  close(journal: Journal): void;
}

/** Call at the top of a test file. */
export function useFolder(): TestFolder {
  let dataDir: string | null = null;
  const opened = new Set<Journal>();
  const folder: TestFolder = {
    dataDir() {
      dataDir ??= mkdtempSync(join(tmpdir(), 'hip-journal-'));
      return dataDir;
    },
    open(options = {}) {
      const journal = openJournal({ dataDir: folder.dataDir(), ...options });
      opened.add(journal);
      return journal;
    },
    close(journal) {
      opened.delete(journal);
      journal.close();
    },
  };
  afterEach(() => {
    for (const journal of opened) folder.close(journal);
    if (dataDir !== null) rmSync(dataDir, { recursive: true, force: true });
    dataDir = null;
  });
  return folder;
}
