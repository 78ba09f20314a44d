import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDelivery, createSink, openStore, systemClock } from '../../app.js';
import { openSecrets } from '../../config/secrets.js';
import type { LoadedConfig } from '../../config.js';
import { HipError } from '../../errors.js';
import { chooseFormat, createFormats } from '../../formats/index.js';
import { backupTo } from '../../journal/backup.js';
import { hasFolder, journalFile, requireAccess } from '../../journal/folder.js';
import type { Journal } from '../../journal/journal.js';
import { createLock, type Lock } from '../../journal/lock.js';
import type { Log } from '../../log.js';
import { mysqlSettings } from '../../settings.js';
import type { Progress, SyncParts } from '../../sync/parts.js';
import { createChangeDetector } from '../../sync/poll.js';
import { watch } from '../../sync/watch.js';
import { createPace } from '../serve/listener-presence.js';
import {
  createLastingDelivery,
  createRunDelivery,
  type DeliveryParts,
  type DeliveryWait,
  type SyncDelivery,
} from './sync-delivery.js';
import { refusedByJournal, type SyncReport, SyncRun, type Way } from './sync-run.js';
import { csvSettings, formatContext, readerOf, syncSettings, uploadSchedule } from './sync-settings.js';

/** Builds what `hip sync` needs, and stops it in the reverse order. */

export interface SyncOptions {
  readonly version: string;
  readonly log: Log;
  readonly onProgress?: (progress: Progress) => void;
  readonly onWait?: (wait: DeliveryWait) => void;
}

export interface WatchOptions extends SyncOptions {
  readonly signal: AbortSignal;
  /** Called when all is open and the watch begins. */
  readonly onWatching: () => void;
  readonly onReport: (report: SyncReport, due: number) => void;
  readonly tellNext: (next: Date | null) => void;
}

/** One pass and its delivery. Where another `hip sync` is at work it says so and does nothing. */
export async function syncOnce(configured: LoadedConfig, options: SyncOptions): Promise<SyncReport> {
  const loaded = await openSecrets(configured);
  requireSettings(loaded);
  const stops: Stops = [];
  try {
    const journal = openStore(loaded, { log: options.log });
    stops.push(() => journal.close());
    const way = await openWay({ loaded, journal, stops, ...options }, createRunDelivery);
    const run = new SyncRun(createParts(loaded, journal, options), journal, way);
    const lock = createSyncLock(loaded);
    if (!lock.tryAcquire()) return run.aside();
    stops.push(() => lock.release());
    return await run.run();
  } catch (error) {
    throw refusedByJournal(error);
  } finally {
    await stopAll(stops);
  }
}

/** The same on a copy of the journal: what a run would find, to the last duplicate, with nothing written. */
export async function rehearseSync(configured: LoadedConfig, options: SyncOptions): Promise<SyncReport> {
  const loaded = await openSecrets(configured);
  requireSettings(loaded);
  mysqlSettings(loaded);
  const folder = mkdtempSync(join(tmpdir(), 'hip-dry-run-'));
  const stops: Stops = [() => rmSync(folder, { recursive: true, force: true })];
  try {
    // A journal that this user may not see would look like none, and all that it knows like new.
    if (hasFolder(loaded.dataDir)) requireAccess(loaded.dataDir);
    const original = journalFile(loaded.dataDir);
    if (existsSync(original)) await backupTo(journalFile(folder), original);
    const journal = openStore({ ...loaded, dataDir: folder }, { log: options.log });
    stops.push(() => journal.close());
    const parts = createParts(loaded, journal, options);
    const settings = { ...parts.settings, archive: false };
    const way = { target: null, delivery: null, pace: null };
    return await new SyncRun({ ...parts, settings }, journal, way).rehearse();
  } finally {
    await stopAll(stops);
  }
}

/** Keeps the upload times until the signal comes. */
export async function watchSync(configured: LoadedConfig, options: WatchOptions): Promise<void> {
  const loaded = await openSecrets(configured);
  requireSettings(loaded);
  const schedule = await uploadSchedule(loaded);
  const { UploadSlots } = await import('../../sync/slots.js');
  const { watchFiles, uploadTimes } = loaded.config.sync;
  if (uploadTimes.length === 0 && !watchFiles) throw nothingToWatchFor();
  const stops: Stops = [];
  const { failed, fail } = createFailure();
  try {
    const journal = openStore(loaded, { log: options.log, onDamage: fail });
    stops.push(() => journal.close());
    const lasting = (parts: DeliveryParts): SyncDelivery => createLastingDelivery(parts, fail);
    const way = await openWay({ loaded, journal, stops, ...options }, lasting);
    const parts = { ...createParts(loaded, journal, options), signal: options.signal };
    const run = new SyncRun(parts, journal, way);
    options.onWatching();
    const watching = watch({
      slots: new UploadSlots(parts, schedule),
      changed: watchFiles ? createChangeDetector(parts.settings.sources, parts.now) : null,
      lock: createSyncLock(loaded),
      run: async (due) => options.onReport(await run.run(), due),
      tellNext: options.tellNext,
      clock: systemClock,
      log: options.log,
      signal: options.signal,
    });
    await Promise.race([watching, failed]);
  } catch (error) {
    throw refusedByJournal(error);
  } finally {
    await stopAll(stops);
  }
}

type Stops = (() => Promise<void> | void)[];

async function stopAll(stops: Stops): Promise<void> {
  for (const stop of stops.splice(0).reverse()) await stop();
}

/** Without a database punches wait in the journal. */
async function openWay(
  parts: {
    readonly loaded: LoadedConfig;
    readonly journal: Journal;
    readonly stops: Stops;
    readonly log: Log;
    readonly onWait?: SyncOptions['onWait'];
  },
  createSyncDelivery: (parts: DeliveryParts) => SyncDelivery,
): Promise<Way> {
  const { loaded, journal, stops, log, onWait } = parts;
  const pace = createPace(loaded.dataDir);
  const sink = await createSink(loaded, log);
  if (!sink) return { target: null, delivery: null, pace };
  stops.push(() => sink.close());
  const forwarder = createDelivery({ loaded, journal, sink, log });
  const delivery = createSyncDelivery({ forwarder, journal, sink, clock: systemClock, onWait });
  stops.push(() => delivery.stop());
  return { target: sink.target, delivery, pace };
}

function createParts(loaded: LoadedConfig, journal: Journal, options: SyncOptions): SyncParts {
  const formats = createFormats(csvSettings(loaded));
  const now = (): Date => new Date(systemClock.nowMs());
  return {
    journal,
    choose: (request) => chooseFormat(formats, request),
    createContext: (forced) => formatContext(loaded, now(), forced),
    reader: readerOf(loaded, options.version),
    now,
    chunksAtOnce: () => 1,
    settings: syncSettings(loaded),
    log: options.log,
    ...(options.onProgress && { onProgress: options.onProgress }),
  };
}

/** Held while a pass runs: two at once would only do each other's work twice. */
function createSyncLock({ dataDir }: LoadedConfig): Lock {
  return createLock(join(dataDir, 'sync.lock'), 'exclusive');
}

function requireSettings(loaded: LoadedConfig): void {
  if (loaded.config.sync.format === 'csv' && csvSettings(loaded) === null) {
    throw new HipError('HIP_CONFIG_INVALID', 'sync.format is csv, but sync.csv.columns names no columns.', {
      suggestions: ['Set sync.csv.columns, for example { "user": "Employee ID", "time": "Punch Time" }'],
    });
  }
  if (syncSettings(loaded).sources.length > 0) return;
  throw new HipError('HIP_USAGE', 'There is nothing to read: no folder and no database is set.', {
    suggestions: [
      'Name the folder of the vendor program with --log-dir DIR, or set sync.logDir',
      'Name Access databases in sync.accessDb',
    ],
  });
}

function nothingToWatchFor(): HipError {
  return new HipError('HIP_USAGE', '--watch has nothing to wait for.', {
    suggestions: ['Set sync.uploadTimes, for example ["08:30", "17:30"]', 'Or set sync.watchFiles to true'],
  });
}

function createFailure(): { readonly failed: Promise<never>; readonly fail: (error: unknown) => void } {
  let fail = (_error: unknown): void => undefined;
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  failed.catch(() => undefined);
  return { failed, fail };
}
