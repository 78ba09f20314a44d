import { existsSync, renameSync } from 'node:fs';

/**
 * Puts a complete new journal in the place of another, whose files are set aside and never deleted. It can be cut
 * off at any point and is finished at the next open:
 *
 *   building -> ready    (`<file>.partial` is complete and on disk: becomes `<file>.ready`)
 *   ready    -> replaced (what stands in its place is set aside, then it takes the name)
 *
 * Only under the exclusive presence lock.
 */
export function partialFile(file: string): string {
  return `${file}.partial`;
}

export function isReplacementReady(file: string): boolean {
  return existsSync(readyFile(file));
}

/** @param aside name for what stood there, e.g. `hip.db.damaged-20261120T010203Z` */
export function replace(file: string, aside: string): void {
  renameSync(partialFile(file), readyFile(file));
  finishReplacement(file, aside);
}

/** Also after having been cut off. */
export function finishReplacement(file: string, aside: string): void {
  // The log goes first: beside another database it would be taken for that one's.
  for (const part of ['-wal', '-shm', '']) {
    if (existsSync(file + part)) renameSync(file + part, aside + part);
  }
  renameSync(readyFile(file), file);
}

/** A name beside the journal that no other file has, and that says when and why. */
export function asideName(file: string, why: string, now: Date): string {
  const stamp = now.toISOString().replace(/[-:]|\.\d+/g, '');
  const name = `${file}.${why}-${stamp}`;
  for (let n = 1; ; n += 1) {
    const candidate = n === 1 ? name : `${name}-${n}`;
    if (!existsSync(candidate) && !existsSync(`${candidate}-wal`)) return candidate;
  }
}

function readyFile(file: string): string {
  return `${file}.ready`;
}
