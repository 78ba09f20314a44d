import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { FileUnreadable } from '../formats/format.js';
import type { FileMemory } from './checkpoints.js';
import { identityOf } from './content.js';
import { type FileLook, look } from './discover.js';
import { OpenedFile } from './opened-file.js';
import { isStill } from './parts.js';
import { type Reading, stampOf } from './reading.js';
import type { FileState } from './report.js';

/** A program that writes all day long leaves no quiet moment: then the last copy has to do. */
const MOST_COPIES = 3;
const NEXT_COPY_MS = 500;

/**
 * Reads a database or workbook: a copy of it, so that its program is never in the way nor hindered, and as a whole.
 * A copy that was torn by a write is taken anew; a torn one that can be read all the same does no harm, since its
 * content differs from the next.
 */
export async function readWhole(reading: Reading): Promise<FileState> {
  const folder = await mkdtemp(join(tmpdir(), 'hip-sync-'));
  try {
    for (let copies = 1; ; copies += 1) {
      const isLast = copies === MOST_COPIES || reading.task.parts.signal?.aborted === true;
      const state = await readCopy(reading, join(folder, `copy-${copies}`), isLast);
      if (state !== null) return state;
      await sleep(NEXT_COPY_MS);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Null when the copy was torn and another try is worth it. */
async function readCopy(reading: Reading, path: string, isLast: boolean): Promise<FileState | null> {
  const original = reading.task.found.path;
  const before = await look(original);
  await copyFile(original, path);
  const after = await look(original);
  if (before.stamp !== after.stamp && !isLast) return null;
  const copy = await OpenedFile.open(path);
  try {
    return await readContent(reading, copy, after);
  } catch (error) {
    if (isLast || !(error instanceof FileUnreadable && error.reason === 'damaged')) throw error;
    return null;
  } finally {
    await copy.close();
  }
}

async function readContent(reading: Reading, copy: OpenedFile, original: FileLook): Promise<FileState> {
  const { parts, format, found, forced, memories } = reading.task;
  const memory: FileMemory = {
    format: format.name,
    identity: await identityOf(copy),
    sizeBytes: copy.sizeBytes,
    resume: { offsetBytes: copy.sizeBytes, line: 0, note: '' },
    stamp: stampOf(original, parts),
    tail: false,
  };
  const candidates = [memories.find(found.path), ...memories.alike(copy)];
  if (candidates.some((known) => known?.identity === memory.identity && known.format === format.name)) {
    await reading.rememberPath(memory);
    return 'unchanged';
  }
  const source = {
    fileName: found.name,
    head: copy.head,
    sizeBytes: copy.sizeBytes,
    still: isStill(original.mtimeMs, parts.now()),
    open: (offsetBytes: number) => copy.pieces(offsetBytes),
  };
  for await (const chunk of format.read(source, parts.createContext(forced))) {
    // Only the whole file counts: cut short, it is read again.
    await reading.store(chunk, chunk.last ? memory : null);
    parts.onProgress?.({
      path: found.path,
      doneBytes: 0,
      sizeBytes: copy.sizeBytes,
      lines: chunk.checkpoint.line,
    });
    if (parts.signal?.aborted && !chunk.last) return 'read';
  }
  await reading.rememberContent(copy, memory);
  return 'read';
}
