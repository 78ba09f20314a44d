import type { BigIntStats } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { codeOf } from '../errors.js';
import { problemOf } from './problems.js';
import { emptyReport, type FileReport } from './report.js';

/** A folder whose files are read, or a database that is named itself. */
export interface Source {
  readonly kind: 'folder' | 'database';
  /** Absolute. */
  readonly path: string;
}

export interface FoundFile {
  readonly source: Source;
  /** Absolute. */
  readonly path: string;
  readonly name: string;
  readonly look: FileLook;
}

/** A file as the folder shows it, without opening it. */
export interface FileLook {
  readonly sizeBytes: number;
  readonly mtimeMs: number;
  /** Equal as long as nobody wrote to the file or put another in its place. */
  readonly stamp: string;
}

export interface Discovery {
  /** Those written first come first. */
  readonly files: readonly FoundFile[];
  /** Folders and files that can't even be looked at. */
  readonly unreadable: readonly FileReport[];
  /** Inside of a folder, and not entered; absolute. Not those that are hidden, and not `processed`. */
  readonly folders: readonly string[];
}

/** Where finished files are moved to. */
export const ARCHIVE_FOLDER = 'processed';

/** Written by Windows, Office and Access beside the files of people. */
const NOT_A_SOURCE = /^(\.|~\$)|\.(ldb|laccdb)$|^(desktop\.ini|thumbs\.db)$/i;
/** Looks under way at once: a folder on a share answers each with a round trip. */
const LOOKS = 32;

/** Folders are not entered: what the previous program had moved to `processed` was uploaded long ago. */
export async function discover(sources: readonly Source[]): Promise<Discovery> {
  const files = new Map<string, FoundFile>();
  const unreadable: FileReport[] = [];
  const folders: string[] = [];
  for (const source of sources) {
    try {
      const names = source.kind === 'folder' ? await readdir(source.path) : [''];
      const paths = names.filter((name) => !NOT_A_SOURCE.test(name)).map((name) => join(source.path, name));
      await inParallel(paths, async (path) => {
        const found = await lookAt(source, path);
        if (found === 'folder') folders.push(path);
        else if (found && 'look' in found) files.set(await realpath(path), found);
        else if (found) unreadable.push(found);
      });
    } catch (error) {
      unreadable.push(unreadableReport(source.path, error));
    }
  }
  const sorted = [...files.values()].sort(
    (a, b) => a.look.mtimeMs - b.look.mtimeMs || (a.path < b.path ? -1 : 1),
  );
  const passedBy = folders.filter((path) => basename(path).toLowerCase() !== ARCHIVE_FOLDER).sort();
  return { files: sorted, unreadable, folders: passedBy };
}

/** @throws errors of the file system */
export async function look(path: string): Promise<FileLook> {
  return lookOf(await stat(path, { bigint: true }));
}

export function lookOf(stats: BigIntStats): FileLook {
  return {
    sizeBytes: Number(stats.size),
    mtimeMs: Number(stats.mtimeMs),
    stamp: [stats.size, stats.mtimeNs, stats.ctimeNs, stats.ino].join('.'),
  };
}

/** Null for what is neither file nor folder, or no more. */
async function lookAt(source: Source, path: string): Promise<FoundFile | FileReport | 'folder' | null> {
  try {
    const stats = await stat(path, { bigint: true });
    if (stats.isDirectory() && source.kind === 'database') {
      throw Object.assign(new Error(path), { code: 'EISDIR' });
    }
    if (stats.isDirectory()) return 'folder';
    if (!stats.isFile()) return null;
    return { source, path: resolve(path), name: basename(path), look: lookOf(stats) };
  } catch (error) {
    if (codeOf(error) === 'ENOENT' && source.kind === 'folder') return null;
    return unreadableReport(path, error);
  }
}

function unreadableReport(path: string, error: unknown): FileReport {
  const problem = problemOf(error);
  if (problem === null) throw error;
  return emptyReport(path, 'unreadable', { problem });
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  await Promise.all(
    Array.from({ length: LOOKS }, async () => {
      for (const item of queue) await work(item);
    }),
  );
}
