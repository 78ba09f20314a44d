import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { LoadedConfig } from '../../config.js';
import type { Format, FormatContext } from '../../formats/format.js';
import { createFormats, rereadRow } from '../../formats/index.js';
import type { QuarantineContent } from '../../journal/journal.js';
import type { Punch } from '../../punch.js';
import { ARCHIVE_FOLDER } from '../../sync/discover.js';
import { problemOf } from '../../sync/problems.js';
import { readAgain } from '../../sync/read-whole.js';
import type { RejectOrigin } from '../../sync/store.js';
import { csvSettings, formatContext } from './sync-settings.js';

/** Reads lines again that `hip sync` had to refuse. */
export interface FileRetry {
  /** The punches of a line that can be read now (none where it turns out to be no punch line); null when it can't. */
  read(item: QuarantineContent): Promise<readonly Punch[] | null>;
}

export function createFileRetry(loaded: LoadedConfig): FileRetry {
  const formats = createFormats(csvSettings(loaded));
  const wholes = new Map<string, Promise<WholeFile | null>>();
  return {
    async read(item) {
      const origin = item.origin === null ? null : (JSON.parse(item.origin) as RejectOrigin);
      const format = formats.find((one) => one.name === origin?.format);
      if (origin === null || format === undefined) return null;
      const context = formatContext(loaded, new Date(), loaded.config.sync.format === format.name);
      const row = new TextDecoder().decode(item.content);
      if (format.resumable) return readLine(format, { origin, row }, context);
      const { file } = origin;
      const whole = wholes.get(file) ?? readWholeFile(format, file, context);
      wholes.set(file, whole);
      return (await whole)?.take(row, origin.line) ?? null;
    },
  };
}

async function readLine(
  format: Format,
  { origin, row }: { readonly origin: RejectOrigin; readonly row: string },
  context: FormatContext,
): Promise<readonly Punch[] | null> {
  // Of such a line only the beginning was kept.
  if (origin.reason === 'line-too-long') return null;
  const { line, reason, note } = origin;
  const refused = { fileName: basename(origin.file), reject: { line, reason, text: row, row }, note };
  const chunk = await rereadRow(format, refused, context);
  return chunk === null || chunk.rejected.length > 0 || chunk.pendingTail !== null ? null : chunk.punches;
}

interface WholeFile {
  /** All punches of the file at the first call, for one row that is read now; null where the row is not. */
  take(row: string, line: number): readonly Punch[] | null;
}

/** Null where the file is gone or can't be read. */
async function readWholeFile(
  format: Format,
  file: string,
  context: FormatContext,
): Promise<WholeFile | null> {
  const name = basename(file);
  const path = [file, join(dirname(file), ARCHIVE_FOLDER, name)].find((one) => existsSync(one));
  if (path === undefined) return null;
  try {
    const chunks = await readAgain({ path, format, context }, name);
    const punches = chunks.flatMap((chunk) => chunk.punches);
    const rows = new Set(punches.map(({ raw }) => raw));
    const places = new Set(punches.map(({ raw, line }) => placeOf(raw, line)));
    let left: readonly Punch[] = punches;
    return {
      take(row, line) {
        // Another file of that name tells nothing of the row: it stays where it is.
        if (!rows.has(row) && !places.has(placeOf(row, line))) return null;
        const taken = left;
        left = [];
        return taken;
      },
    };
  } catch (error) {
    if (problemOf(error) === null) throw error;
    return null;
  }
}

/** A row of an Access database whose user was not found is the same row once it has its badge number. */
function placeOf(row: string, line: number): string {
  return `${line} ${row.replace(/^Badge:[^|]*/, '')}`;
}
