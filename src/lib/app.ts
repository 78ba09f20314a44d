import { join } from 'node:path';
import type { LoadedConfig } from './config.js';
import { HipError } from './errors.js';
import { createForwarder, type Forwarder } from './forwarder.js';
import { hasFolder } from './journal/folder.js';
import type { Journal, JournalUnavailable } from './journal/journal.js';
import { createLock } from './journal/lock.js';
import { openJournal } from './journal/open.js';
import type { Log } from './log.js';
import { forwarderSettings, mysqlSettings, sinkNames } from './settings.js';
import type { Sink } from './sinks/sink.js';
import { systemClock } from './system-clock.js';

/**
 * What every program of hip is built from: the journal, the sink and the delivery between them. `serve-app.ts` and
 * `sync-app.ts` put these and the rest together; nobody else builds adapters (decision 009).
 */

export { systemClock };

export interface StoreOptions {
  readonly log?: Log;
  /** For bulk work beside a listener: leaves the journal to others for as long as it kept it. */
  readonly background?: boolean;
  readonly onDamage?: (error: JournalUnavailable) => void;
}

export function openStore(loaded: LoadedConfig, options: StoreOptions = {}): Journal {
  return openJournal({
    ...options,
    dataDir: loaded.dataDir,
    sinkNames: sinkNames(loaded),
    quarantineMaxBytes: loaded.config.journal.quarantineMaxBytes,
  });
}

/**
 * For the short commands: open, use, close whatever happens.
 * @throws {HipError} HIP_NOT_FOUND for a data folder that was named and is not there: only what brings punches makes
 * one, or a slip of the pen would show an empty journal as if it were theirs
 */
export async function withJournal<T>(
  loaded: LoadedConfig,
  use: (journal: Journal) => T | Promise<T>,
): Promise<T> {
  requireNamedFolder(loaded);
  const journal = openStore(loaded);
  try {
    return await use(journal);
  } finally {
    journal.close();
  }
}

function requireNamedFolder({ config, dataDir }: LoadedConfig): void {
  if (config.dataDir === null || hasFolder(dataDir)) return;
  throw new HipError('HIP_NOT_FOUND', `There is no data folder ${dataDir}.`, {
    suggestions: [
      'Look at the name in --data-dir, HIP_DATA_DIR or dataDir',
      'A new one is made by hip serve or hip sync',
    ],
  });
}

/** Null when no database is configured. The driver is loaded only then. */
export async function createSink(loaded: LoadedConfig, log: Log): Promise<Sink | null> {
  const settings = mysqlSettings(loaded);
  if (!settings) return null;
  const { createMysqlSink } = await import('./sinks/mysql.js');
  return createMysqlSink(settings, log);
}

export function createDelivery(parts: {
  readonly loaded: LoadedConfig;
  readonly journal: Journal;
  readonly sink: Sink;
  readonly log: Log;
}): Forwarder {
  const { loaded, journal, sink, log } = parts;
  return createForwarder({
    journal,
    sink,
    log,
    lock: createLock(join(loaded.dataDir, 'forwarder.lock'), 'exclusive'),
    clock: systemClock,
    random: Math.random,
    settings: forwarderSettings(loaded),
  });
}
