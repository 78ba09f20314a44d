import type { FormatName } from '../formats/format.js';
import { archive } from './archive.js';
import { FileMemories } from './checkpoints.js';
import { discover, type FoundFile } from './discover.js';
import { judgeSources } from './freshness.js';
import { OpenedFile } from './opened-file.js';
import type { SyncParts } from './parts.js';
import { problemOf } from './problems.js';
import { readText } from './read-text.js';
import { readWhole } from './read-whole.js';
import { Reading, stampOf } from './reading.js';
import { addTally, emptyReport, type FileReport, NO_TALLY, type PassReport } from './report.js';

/**
 * One look at all sources: reads what they have new into the journal. What can't be read is reported and the rest
 * goes on; only a journal that can't be written to ends the pass.
 * @throws {JournalUnavailable} all that was stored by then stays stored
 */
export async function runPass(parts: SyncParts): Promise<PassReport> {
  const { files, unreadable, folders } = await discover(parts.settings.sources);
  const pass = new Pass(parts);
  const reports: FileReport[] = [...unreadable];
  for (const found of files) {
    if (parts.signal?.aborted) break;
    reports.push(await pass.visit(found));
  }
  return {
    files: reports,
    foldersNotRead: folders,
    totals: { files: reports.length, ...pass.tally },
    sources: await judgeSources(parts, { found: files, reports }),
  };
}

class Pass {
  tally = NO_TALLY;
  readonly #parts: SyncParts;
  readonly #memories: FileMemories;

  constructor(parts: SyncParts) {
    this.#parts = parts;
    this.#memories = new FileMemories(parts.journal);
  }

  async visit(found: FoundFile): Promise<FileReport> {
    const { ignoreBefore } = this.#parts.settings;
    if (found.source.kind === 'folder' && ignoreBefore && found.look.mtimeMs < ignoreBefore.getTime()) {
      return emptyReport(found.path, 'ignored');
    }
    const report = this.#unchanged(found) ?? (await this.#open(found));
    return archive(this.#parts, { found, memory: this.#memories.find(found.path) }, report);
  }

  /** Without opening it, where its look says that nobody has written to it since it was read. */
  #unchanged({ path, look }: FoundFile): FileReport | null {
    const memory = this.#memories.find(path);
    if (memory === null || memory.tail || memory.stamp === '') return null;
    if (memory.stamp !== stampOf(look, this.#parts)) return null;
    return emptyReport(path, 'unchanged', { format: memory.format });
  }

  async #open(found: FoundFile): Promise<FileReport> {
    let reading: Reading | null = null;
    try {
      const file = await OpenedFile.open(found.path);
      try {
        const forced = this.#forcedFor(found);
        const { format, hint } = this.#parts.choose({ head: file.head, fileName: found.name, forced });
        if (format === null) return unclaimed(found, hint);
        const task = { parts: this.#parts, memories: this.#memories, found, format, forced: forced !== null };
        reading = new Reading(task);
        return reading.report(await (format.resumable ? readText(reading, file) : readWhole(reading)));
      } finally {
        await file.close();
      }
    } catch (error) {
      const problem = problemOf(error);
      if (problem === null) throw error;
      this.#parts.log.warn({ file: found.path, reason: problem.reason }, `${found.path}: ${problem.text}`);
      return reading?.report('unreadable', problem) ?? emptyReport(found.path, 'unreadable', { problem });
    } finally {
      if (reading) this.tally = addTally(this.tally, reading.tally);
    }
  }

  #forcedFor({ source }: FoundFile): FormatName | null {
    return source.kind === 'database' ? 'access-mdb' : this.#parts.settings.forcedFormat;
  }
}

function unclaimed(found: FoundFile, hint: string): FileReport {
  return emptyReport(found.path, 'unclaimed', { problem: { reason: 'unclaimed', text: hint } });
}
