import type { FileChunk, Format } from '../formats/format.js';
import { checkpointByContent, checkpointOf, type FileMemories, type FileMemory } from './checkpoints.js';
import type { FileLook, FoundFile } from './discover.js';
import type { OpenedFile } from './opened-file.js';
import type { SyncParts } from './parts.js';
import {
  addTally,
  type FileReport,
  type FileState,
  type FileTally,
  MOST_LISTED,
  NO_TALLY,
  type Problem,
  type RejectedLine,
} from './report.js';
import { storeCheckpoint, storeChunk } from './store.js';

/** One file that is to be read. */
export interface Task {
  readonly parts: SyncParts;
  readonly memories: FileMemories;
  readonly found: FoundFile;
  readonly format: Format;
  /** The operator chose the format, not the file. */
  readonly forced: boolean;
}

/** Some file systems (FAT) note times in steps of two seconds: two writes within one step look the same. */
const SAME_MOMENT_MS = 2_000;

/** A look, and the way in which what was seen was read; '' where the look proves nothing. */
export function stampOf(look: FileLook, { reader, now }: Pick<SyncParts, 'reader' | 'now'>): string {
  return now().getTime() - look.mtimeMs > SAME_MOMENT_MS ? `${look.stamp} ${reader}` : '';
}

/** Stores what is read of a file, remembers how far, and collects what became of it. */
export class Reading {
  readonly task: Task;
  readonly #remarks: string[] = [];
  readonly #rejected: RejectedLine[] = [];
  #doubtful = false;
  #tally: FileTally = NO_TALLY;
  #pendingTail: FileReport['pendingTail'] = null;

  constructor(task: Task) {
    this.task = task;
  }

  get tally(): FileTally {
    return this.#tally;
  }

  remark(text: string): void {
    if (!this.#remarks.includes(text)) this.#remarks.push(text);
  }

  /**
   * With the last chunk also under the file's beginning, so that it is known again under another name.
   * @param memory where the next run is to go on; null where only the whole file counts
   */
  async store(chunk: FileChunk, memory: FileMemory | null, file: OpenedFile): Promise<void> {
    const { parts, found, format } = this.task;
    const target = { path: found.path, source: `file:${found.name}`, format: format.name };
    const checkpoint = memory && checkpointOf(found.path, memory);
    const contentCheckpoint = memory && chunk.last ? checkpointByContent(file, memory) : null;
    const stored = await storeChunk(parts, target, { chunk, checkpoint, contentCheckpoint });
    this.#tally = addTally(this.#tally, stored);
    const room = MOST_LISTED - this.#rejected.length;
    for (const { line, reason, text } of chunk.rejected.slice(0, room)) {
      this.#rejected.push({ line, reason, text });
    }
    for (const { code, text } of chunk.remarks) {
      this.remark(text);
      this.#doubtful ||= code === 'date-order-late';
    }
    if (chunk.pendingTail) {
      this.#pendingTail = { line: chunk.pendingTail.line, text: chunk.pendingTail.text };
    }
  }

  async rememberPath(memory: FileMemory): Promise<void> {
    await storeCheckpoint(this.task.parts, checkpointOf(this.task.found.path, memory));
  }

  report(state: FileState, problem: Problem | null = null): FileReport {
    const { found, format } = this.task;
    const { punches, duplicates, skipped, rejected } = this.#tally;
    const unlisted = rejected - this.#rejected.length;
    if (unlisted > 0) this.remark(`${unlisted} more lines were refused: hip quarantine list shows them all.`);
    return {
      path: found.path,
      format: format.name,
      state,
      punches,
      duplicates,
      skipped,
      rejected: this.#rejected,
      pendingTail: this.#pendingTail,
      problem,
      remarks: this.#remarks,
      doubtful: this.#doubtful,
      archivedTo: null,
    };
  }
}
