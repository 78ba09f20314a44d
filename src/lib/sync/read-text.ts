import { joinChunks } from '../formats/chunk.js';
import type { FileChunk, FileSource } from '../formats/format.js';
import type { FileMemory } from './checkpoints.js';
import { ContentTrail, stillHolds } from './content.js';
import type { OpenedFile } from './opened-file.js';
import { isStill, type SyncParts } from './parts.js';
import { type Reading, stampOf, type Task } from './reading.js';
import type { FileState } from './report.js';

/**
 * Reads what a text file has new, each chunk and how far it reaches in one transaction.
 * @throws {JournalUnavailable}, {FileUnreadable}, and errors of the file system; what was stored by then stays stored
 */
export async function readText(reading: Reading, file: OpenedFile): Promise<FileState> {
  const { memories, found, parts } = reading.task;
  const before = memories.find(found.path);
  const known = await findKnown(reading.task, file, before);
  const stamp = stampOf(file.look, parts);
  if (known?.resume.offsetBytes === file.sizeBytes) {
    await reading.rememberPath({ ...known, stamp, sizeBytes: file.sizeBytes });
    return 'unchanged';
  }
  // Where another format read it before, or nothing stood in it, nobody wrote it anew.
  const wasRead = before?.format === reading.task.format.name && before.resume.offsetBytes > 0;
  if (wasRead && known === null) reading.remark('It was written anew, so it was read from its start.');
  await readOn(reading, file, { known, stamp });
  return 'read';
}

interface Journey {
  readonly known: FileMemory | null;
  readonly stamp: string;
}

async function readOn(reading: Reading, file: OpenedFile, { known, stamp }: Journey): Promise<void> {
  const { task } = reading;
  const { parts, format } = task;
  const trail = new ContentTrail(file);
  const firstLine = known?.resume.line ?? 0;
  const source = sourceOf(task, file, { trail, known });
  const chunks = format.read(source, parts.createContext(task.forced));
  for await (const chunk of gather(chunks, parts.chunksAtOnce)) {
    const memory: FileMemory = {
      format: format.name,
      identity: await trail.identityAt(chunk.checkpoint.offsetBytes),
      sizeBytes: file.sizeBytes,
      resume: chunk.checkpoint,
      // Until the end is reached, there is more to read however the file looks.
      stamp: chunk.last ? stamp : '',
      tail: chunk.pendingTail !== null,
    };
    await reading.store(chunk, memory, file);
    tell(task, file, { chunk, firstLine });
    if (parts.signal?.aborted && !chunk.last) return;
  }
}

/**
 * Some chunks as one; where the reading fails, also those before that. A chunk with refused lines stays alone: where
 * quarantine has no room for them, it waits, and none of its neighbours with it.
 */
async function* gather(
  chunks: AsyncIterable<FileChunk>,
  atOnce: SyncParts['chunksAtOnce'],
): AsyncGenerator<FileChunk> {
  const gathered: FileChunk[] = [];
  const join = (): FileChunk => joinChunks(gathered.splice(0));
  try {
    for await (const chunk of chunks) {
      const isAlone = chunk.rejected.length > 0;
      if (isAlone && gathered.length > 0) yield join();
      gathered.push(chunk);
      if (isAlone || chunk.last || gathered.length >= atOnce()) yield join();
    }
  } catch (error) {
    if (gathered.length > 0) yield join();
    throw error;
  }
}

/** What is remembered of this file, or of the same content under another name, if it still stands in it. */
async function findKnown(
  { memories, format }: Task,
  file: OpenedFile,
  before: FileMemory | null,
): Promise<FileMemory | null> {
  const candidates = before === null ? memories.alike(file) : [before, ...memories.alike(file)];
  for (const memory of candidates) {
    if (memory.format !== format.name || memory.resume.offsetBytes === 0) continue;
    const { identity, resume } = memory;
    if (await stillHolds(file, { identity, offsetBytes: resume.offsetBytes })) return memory;
  }
  return null;
}

function sourceOf(
  { found, parts }: Task,
  file: OpenedFile,
  { trail, known }: { readonly trail: ContentTrail; readonly known: FileMemory | null },
): FileSource {
  return {
    fileName: found.name,
    head: file.head,
    sizeBytes: file.sizeBytes,
    still: isStill(file.look.mtimeMs, parts.now()),
    resume: known?.resume ?? null,
    open: (offsetBytes) => trail.give(offsetBytes),
  };
}

function tell(
  { parts, found }: Task,
  { sizeBytes }: OpenedFile,
  { chunk, firstLine }: { readonly chunk: FileChunk; readonly firstLine: number },
): void {
  const { offsetBytes, line } = chunk.checkpoint;
  parts.onProgress?.({ path: found.path, doneBytes: offsetBytes, sizeBytes, lines: line - firstLine });
}
