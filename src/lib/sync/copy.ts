import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { FileUnreadable } from '../formats/format.js';
import { type FileLook, look } from './discover.js';
import { OpenedFile } from './opened-file.js';

/** A program that writes all day long leaves no quiet moment: then the last copy has to do. */
const MOST_COPIES = 3;
const NEXT_COPY_MS = 500;

/**
 * Works on a copy of a file, so that its program is never in the way nor hindered. A copy that was torn by a write
 * is taken anew; the last one is used even if it may be torn, which shows when it can't be read.
 * @param use is called again after it threw `damaged`
 */
export async function withCopy<T>(
  path: string,
  use: (copy: OpenedFile, original: FileLook) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'hip-sync-'));
  try {
    for (let number = 1; ; number += 1) {
      const target = join(folder, String(number));
      const outcome = await tryCopy({ path, target, isLast: number === MOST_COPIES }, use);
      if (outcome !== null) return outcome.value;
      await sleep(NEXT_COPY_MS);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Null when another copy is worth trying. */
async function tryCopy<T>(
  { path, target, isLast }: { readonly path: string; readonly target: string; readonly isLast: boolean },
  use: (copy: OpenedFile, original: FileLook) => Promise<T>,
): Promise<{ readonly value: T } | null> {
  const before = await look(path);
  await copyFile(path, target);
  const after = await look(path);
  if (before.stamp !== after.stamp && !isLast) return null;
  const copy = await OpenedFile.open(target);
  try {
    return { value: await use(copy, after) };
  } catch (error) {
    if (isLast || !(error instanceof FileUnreadable && error.reason === 'damaged')) throw error;
    return null;
  } finally {
    await copy.close();
  }
}
