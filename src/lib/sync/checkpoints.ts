import { createHash } from 'node:crypto';
import type { FormatName, ResumePoint } from '../formats/format.js';
import type { Checkpoint, Journal } from '../journal/journal.js';
import type { OpenedFile } from './opened-file.js';

/** What is remembered of a file between two runs. */
export interface FileMemory {
  readonly format: FormatName;
  readonly identity: string;
  readonly sizeBytes: number;
  readonly resume: ResumePoint;
  /** The file's look when it was read; '' where that proves nothing (it was written in the same moment). */
  readonly stamp: string;
  /** A last line without line end waits. */
  readonly tail: boolean;
}

interface Note {
  readonly version: 1;
  readonly format: FormatName;
  readonly stamp: string;
  readonly tail: boolean;
  /** The format's own note. */
  readonly note: string;
}

/** A file is looked up by its path; one that was renamed or copied by how it begins. */
export class FileMemories {
  readonly #journal: Pick<Journal, 'checkpoint'>;

  constructor(journal: Pick<Journal, 'checkpoint'>) {
    this.#journal = journal;
  }

  find(path: string): FileMemory | null {
    return memoryOf(this.#journal.checkpoint(path));
  }

  /** Candidates only: that what was read still stands in the file is to be checked. The longest beginning first. */
  *alike(file: OpenedFile): Iterable<FileMemory> {
    for (const name of beginningsOf(file.head.bytes).reverse()) {
      const memory = memoryOf(this.#journal.checkpoint(name));
      if (memory) yield memory;
    }
  }
}

export function checkpointOf(path: string, memory: FileMemory): Checkpoint {
  const { format, identity, sizeBytes, resume, stamp, tail } = memory;
  const note: Note = { version: 1, format, stamp, tail, note: resume.note };
  const { offsetBytes, line } = resume;
  return { file: path, identity, sizeBytes, offsetBytes, line, note: JSON.stringify(note) };
}

/** The same memory under the file's beginning, for when it comes back under another name; null for tiny files. */
export function checkpointByContent(file: OpenedFile, memory: FileMemory): Checkpoint | null {
  const read = file.head.bytes.subarray(0, memory.resume.offsetBytes);
  const name = beginningsOf(read).at(-1);
  // Another file's look proves nothing.
  return name === undefined ? null : checkpointOf(name, { ...memory, stamp: '' });
}

/** From a few lines to all that a head holds: the longest that was read tells files of one program best apart. */
const BEGINNINGS_BYTES = Array.from({ length: 11 }, (_, step) => 64 << step);

/** Names under which checkpoints of files with these first bytes are kept; no path looks like one. */
function beginningsOf(bytes: Uint8Array): string[] {
  return BEGINNINGS_BYTES.filter((length) => length <= bytes.length).map((length) => {
    const hash = createHash('sha256').update(bytes.subarray(0, length)).digest('hex');
    return `content:${length}:${hash}`;
  });
}

function memoryOf(checkpoint: Checkpoint | undefined): FileMemory | null {
  const note = parseNote(checkpoint?.note);
  if (!checkpoint || !note) return null;
  const { identity, sizeBytes, offsetBytes, line } = checkpoint;
  const { format, stamp, tail } = note;
  return { format, identity, sizeBytes, stamp, tail, resume: { offsetBytes, line, note: note.note } };
}

/** Null for a note of another version: the file is then read from its start, which law 2 makes harmless. */
function parseNote(text: string | undefined): Note | null {
  if (text === undefined) return null;
  const note = JSON.parse(text) as Partial<Note>;
  return note.version === 1 ? (note as Note) : null;
}
