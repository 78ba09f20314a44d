import fs, { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { type LogSettings, openLog, type Terminal } from '../src/lib/log.js';
import { LogFile } from '../src/lib/log-file.js';

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
  const written = readFileSync(join(dir, 'hip.1.log'), 'utf8');
  expect(written).toContain('"back"');
  expect(written).toContain('"msg":"100 lines before could not be written to the log file."');
  expect(shown).toContain('100 lines before');
});

it('goes on where the terminal is gone, tells it the files once, and counts what nobody saw', async () => {
  let isThere = true;
  const seen: string[] = [];
  const window: Terminal = {
    writableLength: 0,
    write(text, done) {
      if (isThere) seen.push(text);
      const error = isThere ? null : new Error('write EPIPE');
      queueMicrotask(() => done(error));
    },
  };
  const log = await openLog(settings({ terminal: window }));
  log.info({}, 'seen');
  isThere = false;
  for (let i = 0; i < 5; i += 1) {
    log.info({}, `unseen ${i}`);
    await setImmediate();
  }
  isThere = true;
  log.info({}, 'seen again');
  await vi.waitUntil(() => seen.length >= 3);
  await log.close();
  const written = readFileSync(join(folder, 'hip.1.log'), 'utf8');
  expect(written.match(/on the terminal any more: write EPIPE/g)).toHaveLength(1);
  expect(written.match(/unseen/g)).toHaveLength(5);
  // The five and the line about them.
  expect(seen.join('')).toMatch(/seen\n.*seen again\n.*6 lines before could not be written on the terminal/);
});

it('keeps no more than a little for a terminal that does not read', async () => {
  const stream = new Writable({ highWaterMark: 1, write: () => undefined });
  const log = await openLog(settings({ terminal: stream, files: 100 }));
  for (let i = 0; i < 3_000; i += 1) log.info({}, 'x'.repeat(1_000));
  await log.close();
  expect(stream.writableLength).toBeLessThan(1_100_000);
});

it('begins a new line behind one that the full disk cut off', () => {
  const faults: string[] = [];
  const missing: number[] = [];
  const room = limitWrites(5);
  const file = new LogFile({
    dir: folder,
    name: 'hip',
    maxBytes: 1_000,
    files: 2,
    onFault: (problem) => faults.push(problem),
    onRecovered: (lines) => missing.push(lines),
  });
  for (const line of ['one', 'two', 'three']) file.write(`${line}\n`);
  room.bytes = 1_000;
  file.write('four\n');
  file.close();
  expect(readFileSync(join(folder, 'hip.1.log'), 'utf8')).toBe('one\nt\nfour\n');
  expect({ faults, missing }).toEqual({ faults: [expect.stringContaining('ENOSPC')], missing: [2] });
});

/** A disk with room for so many bytes: as a real one it takes the beginning of what it can't take whole. */
function limitWrites(bytes: number): { bytes: number } {
  const room = { bytes };
  const { writeSync } = fs;
  const limited = (handle: number, line: Buffer, at: number): number => {
    if (room.bytes === 0) throw Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC' });
    const taken = Math.min(room.bytes, line.length - at);
    room.bytes -= taken;
    return writeSync(handle, line, at, taken);
  };
  fs.writeSync = limited as typeof fs.writeSync;
  syncBuiltinESMExports();
  onTestFinished(() => {
    fs.writeSync = writeSync;
    syncBuiltinESMExports();
  });
  return room;
}

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
