import type { FileChunk, FileSource, Format, FormatContext } from '../formats/format.js';
import type { FileMemory } from './checkpoints.js';
import { identityOf } from './content.js';
import { withCopy } from './copy.js';
import type { FileLook } from './discover.js';
import type { OpenedFile } from './opened-file.js';
import { type Reading, stampOf } from './reading.js';
import type { FileState } from './report.js';

/** Reads a database or workbook: a copy of it, as a whole, and only where its content is another than last time. */
export function readWhole(reading: Reading): Promise<FileState> {
  return withCopy(reading.task.found.path, (copy, original) => readContent(reading, copy, original));
}

/** All chunks of a file, whatever was read of it before. */
export function readAgain(
  {
    path,
    format,
    context,
  }: { readonly path: string; readonly format: Format; readonly context: FormatContext },
  fileName: string,
): Promise<readonly FileChunk[]> {
  return withCopy(path, async (copy) => {
    const chunks: FileChunk[] = [];
    for await (const chunk of format.read(sourceOf(copy, fileName), context)) chunks.push(chunk);
    return chunks;
  });
}

async function readContent(reading: Reading, copy: OpenedFile, original: FileLook): Promise<FileState> {
  const { parts, format, found, forced, memories } = reading.task;
  const { sizeBytes } = copy;
  const memory: FileMemory = {
    format: format.name,
    identity: await identityOf(copy),
    sizeBytes,
    resume: { offsetBytes: sizeBytes, line: 0, note: '' },
    stamp: stampOf(original, parts),
    tail: false,
  };
  const candidates = [memories.find(found.path), ...memories.alike(copy)];
  if (candidates.some((known) => known?.identity === memory.identity && known.format === format.name)) {
    await reading.rememberPath(memory);
    return 'unchanged';
  }
  for await (const chunk of format.read(sourceOf(copy, found.name), parts.createContext(forced))) {
    // Only the whole file counts: cut short, it is read again.
    await reading.store(chunk, chunk.last ? memory : null, copy);
    parts.onProgress?.({ path: found.path, doneBytes: 0, sizeBytes, lines: chunk.checkpoint.line });
    if (parts.signal?.aborted && !chunk.last) return 'read';
  }
  return 'read';
}

/** Such files have no last line that could be half a one. */
function sourceOf(copy: OpenedFile, fileName: string): FileSource {
  const { head, sizeBytes } = copy;
  return { fileName, head, sizeBytes, still: true, open: (offsetBytes) => copy.pieces(offsetBytes) };
}
