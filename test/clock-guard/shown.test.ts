import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Journal } from '../../src/lib/journal/journal.js';
import { openJournal } from '../../src/lib/journal/open.js';
import { renderDevices } from '../../src/lib/shell/lists/device-list.js';
import { renderStatus } from '../../src/lib/shell/status/render-status.js';
import { reportStatus } from '../../src/lib/shell/status/status.js';

let folder: string;
let journal: Journal;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hip-shown-'));
  journal = openJournal({ dataDir: folder });
});
afterEach(() => {
  journal.close();
  rmSync(folder, { recursive: true });
});

async function deviceWithClock(sn: string, clockOffsetSeconds: string | null): Promise<void> {
  const facts = clockOffsetSeconds === null ? {} : { clockOffsetSeconds };
  await journal.append({ source: 'adms', receivedAt: new Date(), punches: [], device: { sn, facts } });
}

function status(warnSeconds = 60, serverAheadSeconds: number | null = null) {
  const pcClock = { serverAheadSeconds };
  return reportStatus({ version: '0.0.0', journal, sink: null, sources: [], warnSeconds, pcClock });
}

it('names the devices whose clock is off by more than the limit', async () => {
  const clocks = { A: '-25200', B: '60', C: '61', D: null, E: '' };
  for (const [sn, offset] of Object.entries(clocks)) await deviceWithClock(sn, offset);
  journal.renameDevice('A', 'Main gate');
  expect(status().clock).toEqual({
    serverAheadSeconds: null,
    wrong: [
      { sn: 'A', name: 'Main gate', offsetSeconds: -25_200 },
      { sn: 'C', name: null, offsetSeconds: 61 },
    ],
  });
  expect(renderStatus(status())).toContain(
    'clock of Main gate (A) is 7 h behind; hip devices command A set-time',
  );
  expect(status(7 * 3_600).clock.wrong).toEqual([]);
  const list = await renderDevices(journal.devices(), { width: undefined, asksApproval: true });
  expect(list.split('\n').map((line) => line.split('\t')[5])).toEqual([
    'CLOCK',
    '7 h behind',
    '60 s ahead',
    '61 s ahead',
    '',
    '',
  ]);
});

it('names a handful of many', async () => {
  for (let i = 0; i < 12; i += 1) await deviceWithClock(`A${i}`, '600');
  const text = renderStatus(status());
  expect(text.match(/is 10 min ahead/g)).toHaveLength(5);
  expect(text).toContain('clocks of 7 more devices');
});

it("says when the database server's clock and this PC's disagree", () => {
  expect(renderStatus(status(60, 7_200))).toContain('database server is 2 h ahead');
  expect(renderStatus(status(60, 30))).not.toContain('database server');
});
