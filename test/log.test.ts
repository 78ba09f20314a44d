import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type LogSettings, openLog } from '../src/lib/log.js';

const FILE_BYTES = 20_000;
let folder: string;
let terminal: PassThrough;
let shown: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hip-log-'));
  terminal = new PassThrough();
  shown = '';
  terminal.on('data', (chunk: Buffer) => {
    shown += chunk.toString();
  });
});
afterEach(() => rmSync(folder, { recursive: true }));

function settings(more: Partial<LogSettings> = {}): LogSettings {
  return { level: 'info', dir: folder, files: 3, fileBytes: FILE_BYTES, terminal: null, ...more };
}

const files = (name = 'hip'): string[] => readdirSync(folder).filter((file) => file.startsWith(name));

/** Lines for so many whole files. */
async function fill(more: Partial<LogSettings>, count: number): Promise<void> {
  const log = await openLog(settings(more));
  for (let bytes = 0; bytes < count * FILE_BYTES; bytes += 500) log.info({}, 'x'.repeat(500));
  await log.close();
}

it('writes JSON lines to files and readable lines to people', async () => {
  const log = await openLog(settings({ terminal }));
  log.info({ deviceSn: 'A1' }, 'A device is new.');
  log.debug({}, 'Too much.');
  log.warn({}, 'Look here.');
  await log.close();
  const lines = readFileSync(join(folder, 'hip.1.log'), 'utf8').trim().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    {
      level: 30,
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      deviceSn: 'A1',
      msg: 'A device is new.',
    },
    { level: 40, time: expect.any(String), msg: 'Look here.' },
  ]);
  expect(shown).toMatch(/^\d\d:\d\d:\d\d INFO {2}A device is new\.\n\d\d:\d\d:\d\d WARN {2}Look here\.\n$/);
});

it('begins a new file when one is full, and keeps so many, over restarts too', async () => {
  await fill({}, 5);
  await fill({}, 5);
  expect(files().sort()).toEqual(['hip.10.log', 'hip.11.log', 'hip.12.log']);
  for (const file of files()) expect(statSync(join(folder, file)).size).toBeLessThanOrEqual(FILE_BYTES);
});

it('takes away no file of another program', async () => {
  writeFileSync(join(folder, 'hip-notes.log'), 'mine');
  await fill({ name: 'sync' }, 1);
  const before = files('sync');
  await fill({}, 6);
  expect(files('sync')).toEqual(before);
  expect(readFileSync(join(folder, 'hip-notes.log'), 'utf8')).toBe('mine');
});

it('goes on where no file can be written, says so once, and writes again as soon as it can', async () => {
  const dir = join(folder, 'logs');
  writeFileSync(dir, 'no folder');
  const log = await openLog(settings({ dir, terminal }));
  for (let i = 0; i < 100; i += 1) log.info({}, 'x'.repeat(500));
  expect(shown.match(/INFO/g)).toHaveLength(100);
  expect(shown.match(/can't be written/g)).toHaveLength(1);
  rmSync(dir);
  log.info({}, 'back');
  await log.close();
  expect(readFileSync(join(dir, 'hip.1.log'), 'utf8')).toContain('"back"');
});

it('holds what was logged when the program dies the next moment', async () => {
  const log = await openLog(settings());
  log.error({}, 'last words');
  expect(readFileSync(join(folder, 'hip.1.log'), 'utf8')).toContain('last words');
  await log.close();
});

it('writes nowhere when nobody wants it', async () => {
  const log = await openLog(settings({ dir: null }));
  log.error({}, 'unheard');
  await log.close();
  expect(files()).toEqual([]);
});
