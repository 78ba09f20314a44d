import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openStore } from '../../src/lib/app.js';
import { type LoadedConfig, loadConfig } from '../../src/lib/config.js';
import { silentLog } from '../../src/lib/log.js';
import { retryQuarantine } from '../../src/lib/shell/lists/quarantine-retry.js';
import { syncOnce } from '../../src/lib/shell/sync/sync-app.js';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hip-retry-'));
  mkdirSync(join(folder, 'log'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function load(sync: object = {}): LoadedConfig {
  const file = join(folder, 'config.json');
  writeFileSync(
    file,
    JSON.stringify({ dataDir: join(folder, 'data'), sync: { logDir: join(folder, 'log'), ...sync } }),
  );
  return loadConfig({ file, env: {}, cwd: folder });
}

async function retry(loaded: LoadedConfig): Promise<object> {
  const journal = openStore(loaded);
  try {
    return await retryQuarantine(journal, loaded);
  } finally {
    journal.close();
  }
}

it('keeps what still can not be read, with its count as it was', async () => {
  writeFileSync(
    join(folder, 'log/a.txt'),
    '1 1001 31/02/2026 8:00:00 AM FP\r\n2 1002 15/01/2026 8:00:00 AM FP\r\n',
  );
  await syncOnce(load(), { version: '1', log: silentLog });
  expect(await retry(load())).toEqual({ stored: 0, duplicates: 0, remaining: 1 });
});

it('reads a line with the settings of now and what its file had settled', async () => {
  const lines = [
    '1 1001 15/1/2026 8:00:00 AM FP',
    '2 1002 1/20/2026 8:00:00 AM FP',
    '3 1003 2/3/2026 8:00:00 AM FP',
  ];
  writeFileSync(join(folder, 'log/a.txt'), `${lines.join('\r\n')}\r\n`);
  await syncOnce(load(), { version: '1', log: silentLog });
  expect(await retry(load({ dateOrder: 'dmy', deviceSn: 'GATE' }))).toEqual({
    stored: 1,
    duplicates: 0,
    remaining: 0,
  });
  const journal = openStore(load());
  expect([...journal.punches({ userId: '1003' })]).toMatchObject([
    { time: '2026-03-02 08:00:00', deviceSn: 'GATE' },
  ]);
  journal.close();
});

it('reads the whole file again for a row of a workbook, also where it was moved to', async () => {
  const path = join(folder, 'log/list.xlsx');
  await writeWorkbook(path, ['15/1/2026 08:00:00', '1/20/2026 08:00:00', '2/3/2026 08:00:00']);
  const first = await syncOnce(load(), { version: '1', log: silentLog });
  expect(first.totals).toMatchObject({ punches: 2, rejected: 1 });
  expect(await retry(load())).toEqual({ stored: 0, duplicates: 0, remaining: 1 });
  mkdirSync(join(folder, 'log/processed'));
  renameSync(path, join(folder, 'log/processed/list.xlsx'));
  expect(await retry(load({ dateOrder: 'dmy' }))).toEqual({ stored: 1, duplicates: 2, remaining: 0 });
});

it('law 3: a row stays when its file is another now, or gone', async () => {
  const path = join(folder, 'log/list.xlsx');
  await writeWorkbook(path, ['15/1/2026 08:00:00', '1/20/2026 08:00:00', '2/3/2026 08:00:00']);
  await syncOnce(load(), { version: '1', log: silentLog });
  await writeWorkbook(path, ['15/1/2026 08:00:00', '16/1/2026 08:00:00', '17/1/2026 08:00:00']);
  expect(await retry(load({ dateOrder: 'dmy' }))).toEqual({ stored: 0, duplicates: 0, remaining: 1 });
  rmSync(path);
  expect(await retry(load({ dateOrder: 'dmy' }))).toEqual({ stored: 0, duplicates: 0, remaining: 1 });
});

async function writeWorkbook(path: string, times: readonly string[]): Promise<void> {
  const { default: exceljs } = await import('exceljs');
  const workbook = new exceljs.Workbook();
  const sheet = workbook.addWorksheet('1');
  sheet.addRow(['Department', 'Name', 'No.', 'Date/Time', 'Status']);
  times.forEach((time, index) => {
    sheet.addRow(['Office', 'A', String(1001 + index), time, 'C/In']);
  });
  await workbook.xlsx.writeFile(path);
}
