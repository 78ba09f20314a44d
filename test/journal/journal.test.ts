import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openJournal } from '../../src/lib/journal/open.js';
import { describeJournal } from '../contracts/journal-contract.js';

describeJournal('the SQLite journal', (setup) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'hip-journal-'));
  const journal = openJournal({ dataDir, ...setup });
  return {
    journal,
    close() {
      journal.close();
      rmSync(dataDir, { recursive: true });
    },
  };
});
