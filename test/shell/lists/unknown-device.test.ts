import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Journal } from '../../../src/lib/journal/journal.js';
import { openJournal } from '../../../src/lib/journal/open.js';
import { requireSeen, unknownDevice } from '../../../src/lib/shell/lists/device-list.js';

let folder: string;
let journal: Journal;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hip-unknown-'));
  journal = openJournal({ dataDir: folder });
  for (const sn of ['CQZ0000000017', 'ODG0000000001']) {
    await journal.append({ source: 'adms', receivedAt: new Date(), punches: [], device: { sn } });
  }
});
afterEach(() => {
  journal.close();
  rmSync(folder, { recursive: true });
});

it('names the serial number that was perhaps meant', () => {
  const [meant] = unknownDevice('CQZ000000017', journal).suggestions;
  expect(meant).toBe('Did you mean: CQZ0000000017');
  expect(unknownDevice('XX', journal).suggestions).toEqual(['hip devices lists those that have called']);
});

it('lets nothing be asked of a device that never called, unless that is said', () => {
  expect(() => requireSeen('CQZ0000000017', journal)).not.toThrow();
  expect(() => requireSeen('CQZ0000000018', journal)).toThrow(
    expect.objectContaining({
      code: 'HIP_NOT_FOUND',
      oclif: { exit: 2 },
      suggestions: [
        'Did you mean: CQZ0000000017',
        'hip devices lists those that have called',
        expect.stringContaining('--unseen'),
      ],
    }),
  );
});
