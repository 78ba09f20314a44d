import type { Journal } from '../journal/journal.js';
import type { FoundFile, Source } from './discover.js';
import type { SyncParts } from './parts.js';
import type { FileReport, SourceReport } from './report.js';
import { allowedSilenceMs, hearRhythm, isStale, type Rhythm, startRhythm } from './rhythm.js';
import { storeCheckpoint } from './store.js';

/**
 * Whether the sources still write at all. A vendor's program that nobody started after a reboot leaves files that
 * are all well read, and no punches: that is trouble, not "nothing new".
 */
export async function judgeSources(
  parts: SyncParts,
  { found, reports }: { readonly found: readonly FoundFile[]; readonly reports: readonly FileReport[] },
): Promise<readonly SourceReport[]> {
  const { sources, staleAfterMs } = parts.settings;
  const nowMs = parts.now().getTime();
  // What nobody claims tells nothing of the vendor's program.
  const claimed = new Set(reports.filter(({ format }) => format !== null).map(({ path }) => path));
  const judged: SourceReport[] = [];
  for (const source of sources) {
    const before = findRhythm(parts.journal, source.path);
    const files = found.filter((file) => file.source.path === source.path && claimed.has(file.path));
    const writes = files.map((file) => file.look.mtimeMs);
    const newest = writes.length === 0 ? null : writes.reduce((a, b) => Math.max(a, b));
    const rhythm = hearRhythm(before ?? startRhythm(nowMs), newest, nowMs);
    if (rhythm !== before) await storeRhythm(parts, source, rhythm);
    judged.push(reportOf(source.path, rhythm, { staleAfterMs, nowMs }));
  }
  return judged;
}

/** What the last run knew of a source, for whoever only looks; null when it was never looked at. */
export function recallSource(
  journal: Pick<Journal, 'checkpoint'>,
  path: string,
  settings: { readonly staleAfterMs: number | null; readonly nowMs: number },
): SourceReport | null {
  const rhythm = findRhythm(journal, path);
  return rhythm && reportOf(path, rhythm, settings);
}

function reportOf(
  path: string,
  rhythm: Rhythm,
  { staleAfterMs, nowMs }: { readonly staleAfterMs: number | null; readonly nowMs: number },
): SourceReport {
  return {
    path,
    lastWriteAt: rhythm.lastMs === null ? null : new Date(rhythm.lastMs).toISOString(),
    staleAfterMs: allowedSilenceMs(rhythm, staleAfterMs),
    stale: isStale(rhythm, staleAfterMs, nowMs),
  };
}

/** No file of a person can have this name: paths are absolute. */
function nameOf(path: string): string {
  return `source:${path}`;
}

function findRhythm(journal: Pick<Journal, 'checkpoint'>, path: string): Rhythm | null {
  const note = journal.checkpoint(nameOf(path))?.note;
  return note === undefined ? null : (JSON.parse(note) as Rhythm);
}

async function storeRhythm(parts: SyncParts, { path }: Source, rhythm: Rhythm): Promise<void> {
  await storeCheckpoint(parts, {
    file: nameOf(path),
    identity: 'rhythm',
    sizeBytes: 0,
    offsetBytes: 0,
    line: 0,
    note: JSON.stringify(rhythm),
  });
}
