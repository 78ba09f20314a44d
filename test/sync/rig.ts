import { appendFileSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FormatContext } from '../../src/lib/formats/format.js';
import { chooseFormat, createFormats } from '../../src/lib/formats/index.js';
import type { Journal, StoredPunch } from '../../src/lib/journal/journal.js';
import { openJournal } from '../../src/lib/journal/open.js';
import { silentLog } from '../../src/lib/log.js';
import type { SyncParts, SyncSettings } from '../../src/lib/sync/parts.js';
import { runPass } from '../../src/lib/sync/pass.js';
import type { FileReport, PassReport } from '../../src/lib/sync/report.js';

/** Noon of a working day; files of a test are written an hour before unless it says otherwise. */
export const NOON = new Date('2026-01-20T12:00:00Z');
export const HOUR_MS = 3_600_000;
export const MINUTE_MS = 60_000;

export const TITLE = 'Date Export : 15/01/2026 09:00:03 AM\r\n---------------------------------\r\n';

/** `count` lines of an alog as of `first`; no two are the same punch. */
export function lines(first: number, count: number): string {
  return Array.from({ length: count }, (_, i) => line(first + i)).join('');
}

export function line(number: number): string {
  const minute = String(Math.floor(number / 60) % 60).padStart(2, '0');
  const hour = 1 + (Math.floor(number / 3_600) % 11);
  const day = String(1 + (Math.floor(number / 39_600) % 15)).padStart(2, '0');
  const second = String(number % 60).padStart(2, '0');
  return `${number} ${1000 + number} ${day}/01/2026 ${hour}:${minute}:${second} AM FP IN\r\n`;
}

/** A real journal, a folder of files and a clock that stands still. */
export class SyncRig {
  readonly folder = mkdtempSync(join(tmpdir(), 'hip-sync-test-'));
  readonly logDir = join(this.folder, 'log');
  readonly journal: Journal;
  now = NOON;
  settings: Partial<SyncSettings> = {};
  context: Partial<FormatContext> = {};
  parts: Partial<SyncParts> = {};

  constructor() {
    mkdirSync(this.logDir);
    this.journal = openJournal({ dataDir: join(this.folder, 'data'), clock: () => this.now });
  }

  path(name: string): string {
    return join(this.logDir, name);
  }

  /** Written an hour ago, so that the file is still and its look proves something. */
  write(
    name: string,
    content: string | Uint8Array,
    writtenAt = new Date(this.now.getTime() - HOUR_MS),
  ): void {
    writeFileSync(this.path(name), content);
    this.touch(name, writtenAt);
  }

  append(name: string, content: string, writtenAt = this.now): void {
    appendFileSync(this.path(name), content);
    this.touch(name, writtenAt);
  }

  touch(name: string, at: Date): void {
    utimesSync(this.path(name), at, at);
  }

  later(ms: number): void {
    this.now = new Date(this.now.getTime() + ms);
  }

  pass(): Promise<PassReport> {
    return runPass(this.createParts());
  }

  /** The report of one file of a pass. */
  async passOf(name: string): Promise<FileReport> {
    const report = (await this.pass()).files.find(({ path }) => path === this.path(name));
    if (!report) throw new Error(`${name} was not reported`);
    return report;
  }

  createParts(): SyncParts {
    const formats = createFormats();
    return {
      journal: this.journal,
      choose: (request) => chooseFormat(formats, request),
      createContext: (forced) => ({ ...createContext(forced), ...this.context }),
      reader: 'test',
      now: () => this.now,
      chunksAtOnce: () => 1,
      settings: {
        sources: [{ kind: 'folder', path: this.logDir }],
        ignoreBefore: null,
        forcedFormat: null,
        archive: false,
        staleAfterMs: null,
        ...this.settings,
      },
      log: silentLog,
      ...this.parts,
    };
  }

  /** All punches, oldest arrival first. */
  punches(): readonly StoredPunch[] {
    return [...this.journal.punches({ limit: 0 })];
  }

  users(): readonly string[] {
    return this.punches().map(({ userId }) => userId);
  }

  close(): void {
    this.journal.close();
    rmSync(this.folder, { recursive: true });
  }
}

function createContext(forced: boolean): FormatContext {
  return {
    wallNow: '2026-01-20 12:00:00',
    timeZone: 'Asia/Bangkok',
    machines: new Map(),
    defaultDeviceSn: 'HIP_DEVICE_1',
    accessDeviceSn: 'HIP_ACCESS_DB',
    dateOrder: null,
    accessPassword: null,
    forced,
  };
}
