import { setTimeout as sleep } from 'node:timers/promises';
import type { FileChunk, FileReject, FormatName } from '../formats/format.js';
import type { AppendResult, Checkpoint, JournalEntry } from '../journal/journal.js';
import { JournalUnavailable } from '../journal/journal.js';
import type { SyncParts } from './parts.js';
import type { FileTally } from './report.js';

/** What quarantine keeps with a refused line, so that `hip quarantine retry` can read it again. */
export interface RejectOrigin {
  /** Absolute path of the file. */
  readonly file: string;
  readonly line: number;
  readonly format: FormatName;
  readonly reason: FileReject['reason'];
  /** What the format had settled in this file: encoding, titles, order of dates. */
  readonly note: string;
}

export interface ChunkTarget {
  /** Absolute path. */
  readonly path: string;
  /** `file:<name>` */
  readonly source: string;
  readonly format: FormatName;
}

export interface ChunkToStore {
  readonly chunk: FileChunk;
  readonly checkpoint: Checkpoint | null;
  /** In the same transaction: one wait for the disk less for each of thousands of small files. */
  readonly contentCheckpoint: Checkpoint | null;
}

/** Beyond this the other writer is no passing one. */
const MOST_TRIES = 5;
const TRY_AGAIN_MS = 1_000;

/**
 * Puts a chunk and how far it reaches on disk. The refused lines come first: a kill between the two means that the
 * chunk is read again, and that quarantine counts a line twice, which changes nothing.
 * @throws {JournalUnavailable} with the checkpoint where it was
 */
export async function storeChunk(
  parts: Pick<SyncParts, 'journal' | 'now'>,
  target: ChunkTarget,
  { chunk, checkpoint, contentCheckpoint }: ChunkToStore,
): Promise<FileTally> {
  const receivedAt = parts.now();
  const { source } = target;
  const entries = chunk.rejected.map((reject) => rejectEntry(target, reject, chunk.checkpoint.note));
  await Promise.all(entries.map((entry) => append(parts, { ...entry, source, receivedAt })));
  const { stored, duplicates } = await append(parts, {
    source,
    receivedAt,
    punches: chunk.punches,
    skipped: chunk.skipped.length,
    ...(checkpoint && { checkpoint }),
    ...(contentCheckpoint && { contentCheckpoint }),
  });
  return {
    punches: stored,
    duplicates: duplicates + chunk.duplicates.length,
    skipped: chunk.skipped.length,
    rejected: chunk.rejected.length,
  };
}

/** Remembers something without punches. */
export async function storeCheckpoint(
  parts: Pick<SyncParts, 'journal' | 'now'>,
  checkpoint: Checkpoint,
): Promise<void> {
  await append(parts, { source: 'sync', receivedAt: parts.now(), punches: [], checkpoint });
}

function rejectEntry(
  { path, format }: ChunkTarget,
  { line, reason, row }: FileReject,
  note: string,
): Pick<JournalEntry, 'punches' | 'unread' | 'origin'> {
  const origin: RejectOrigin = { file: path, line, format, reason, note };
  const fragment = { reason: `${reason} (line ${line})`, bytes: new TextEncoder().encode(row) };
  return { punches: [], unread: [fragment], origin: JSON.stringify(origin) };
}

/** Another process that writes for seconds is rare, and no reason to give a whole run up. */
async function append({ journal }: Pick<SyncParts, 'journal'>, entry: JournalEntry): Promise<AppendResult> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await journal.append(entry);
    } catch (error) {
      const isBusy = error instanceof JournalUnavailable && error.reason === 'busy';
      if (!isBusy || tries === MOST_TRIES) throw error;
      await sleep(TRY_AGAIN_MS);
    }
  }
}
