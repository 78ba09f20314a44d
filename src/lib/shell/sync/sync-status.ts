import type { LoadedConfig } from '../../config.js';
import type { Journal } from '../../journal/journal.js';
import { recallSource } from '../../sync/freshness.js';
import type { SourceReport } from '../../sync/report.js';
import { localTime } from '../lists/device-list.js';
import { staleAfterMs, syncSources } from './sync-settings.js';

/** What the last `hip sync` knew of its sources, and whether they are silent for too long by now. */
export function recallSources(
  loaded: Pick<LoadedConfig, 'config'>,
  journal: Pick<Journal, 'checkpoint'>,
  now: Date,
): readonly SourceReport[] {
  const settings = { staleAfterMs: staleAfterMs(loaded), nowMs: now.getTime() };
  return syncSources(loaded).flatMap(({ path }) => recallSource(journal, path, settings) ?? []);
}

export function renderSource({ path, lastWriteAt, stale }: SourceReport): string {
  const since = lastWriteAt === null ? 'nothing was ever written' : `last written ${localTime(lastWriteAt)}`;
  return stale ? `${path}: SILENT, ${since}. Is the vendor's program running?` : `${path}: ${since}`;
}
