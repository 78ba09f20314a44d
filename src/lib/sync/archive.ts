import { mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { codeOf, messageOf } from '../errors.js';
import type { FileMemory } from './checkpoints.js';
import { ARCHIVE_FOLDER, type FoundFile, look } from './discover.js';
import { isStill, type SyncParts } from './parts.js';
import { stampOf } from './reading.js';
import type { FileReport } from './report.js';

/** More files of one name than anybody has. */
const MOST_NAMES = 10_000;

/**
 * Moves a file that is in the journal and that nobody writes to any more to `processed/`; never a database, whose
 * program looks for it where it is.
 */
export async function archive(
  parts: SyncParts,
  { found, memory }: { readonly found: FoundFile; readonly memory: FileMemory | null },
  report: FileReport,
): Promise<FileReport> {
  const isRead = report.state === 'read' || report.state === 'unchanged';
  const isFinished = isRead && report.pendingTail === null && isStill(found.look.mtimeMs, parts.now());
  const mayMove = found.source.kind === 'folder' && report.format !== 'access-mdb';
  if (!parts.settings.archive || !isFinished || !mayMove || parts.signal?.aborted || !memory) return report;
  try {
    return { ...report, archivedTo: await move(parts, memory.stamp, found.path) };
  } catch (error) {
    if (codeOf(error) === '') throw error;
    const remark = `It could not be moved to ${ARCHIVE_FOLDER}: ${messageOf(error)}.`;
    return { ...report, remarks: [...report.remarks, remark] };
  }
}

/** Null when somebody has written to it since it was read. */
async function move(parts: SyncParts, stampWhenRead: string, path: string): Promise<string | null> {
  if (stampOf(await look(path), parts) !== stampWhenRead) return null;
  const folder = join(dirname(path), ARCHIVE_FOLDER);
  await mkdir(folder, { recursive: true });
  const target = await reserve(folder, basename(path));
  try {
    await rename(path, target);
    return target;
  } catch (error) {
    await rm(target, { force: true });
    throw error;
  }
}

/** An empty file of a name that nobody has: renaming onto it can't overwrite anybody's. */
async function reserve(folder: string, name: string): Promise<string> {
  const extension = extname(name);
  const stem = basename(name, extension);
  for (let number = 1; ; number += 1) {
    const target = join(folder, number === 1 ? name : `${stem}-${number}${extension}`);
    try {
      await (await open(target, 'wx')).close();
      return target;
    } catch (error) {
      if (codeOf(error) !== 'EEXIST' || number === MOST_NAMES) throw error;
    }
  }
}
