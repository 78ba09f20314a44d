import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CsvSettings } from '../../src/lib/formats/csv.js';
import type {
  FileReject,
  FileSkip,
  FormatContext,
  FormatName,
  PendingTail,
} from '../../src/lib/formats/format.js';
import { createContext } from './reading.js';

/**
 * Data-only cases: each folder of `test/files/<format>/` holds a file as a vendor's program leaves it and a
 * `case.json` with what it means. A new case needs no code.
 */
export interface FileCase {
  readonly name: string;
  readonly folder: string;
  readonly about: string;
  /** Name of the input beside `case.json`; formats may read the name, too. */
  readonly file: string;
  /** The format that claims it; null when nobody may. */
  readonly format: FormatName | null;
  readonly forced?: FormatName;
  readonly wallNow?: string;
  readonly timeZone?: string;
  readonly dateOrder?: FormatContext['dateOrder'];
  readonly machines?: Readonly<Record<string, string>>;
  readonly password?: string;
  readonly csv?: CsvSettings;
  readonly still?: boolean;
  /** Reason of the FileUnreadable that reading throws. */
  readonly error?: string;
  readonly punches?: readonly ExpectedPunch[];
  /** `punches` names only some of this many. */
  readonly punchCount?: number;
  /** Exact repeats within the file, which the journal makes one. */
  readonly repeats?: readonly { line: number; userId: string; time: string; sameAsLine: number }[];
  readonly duplicates?: readonly { line: number; userId: string; time: string }[];
  readonly rejected?: readonly Partial<FileReject>[];
  readonly skipped?: readonly FileSkip[];
  readonly pendingTail?: Partial<PendingTail>;
  readonly remarks?: readonly string[];
  /** Where the last checkpoint stands; the file's size when absent. */
  readonly endOffset?: number;
  /** An earlier state of the file, and what reading on from there must bring. */
  readonly resume?: { readonly file: string; readonly fromByte: number; readonly lines: readonly number[] };
}

export interface ExpectedPunch {
  readonly line: number;
  readonly userId: string;
  readonly time: string;
  readonly [field: string]: unknown;
}

const FILES = join(dirname(fileURLToPath(import.meta.url)), '..', 'files');

export function loadCases(): readonly FileCase[] {
  return folders(FILES).flatMap((format) =>
    folders(join(FILES, format)).map((name) => {
      const folder = join(FILES, format, name);
      const content = JSON.parse(readFileSync(join(folder, 'case.json'), 'utf8')) as FileCase;
      return { ...content, name: `${format}/${name}`, folder };
    }),
  );
}

export function readCaseFile(file: FileCase, name = file.file): Uint8Array {
  return new Uint8Array(readFileSync(join(file.folder, name)));
}

export function contextOf(file: FileCase): FormatContext {
  return createContext({
    ...(file.wallNow === undefined ? {} : { wallNow: file.wallNow }),
    ...(file.timeZone === undefined ? {} : { timeZone: file.timeZone }),
    dateOrder: file.dateOrder ?? null,
    machines: new Map(Object.entries(file.machines ?? {})),
    accessPassword: file.password ?? null,
    forced: file.forced !== undefined,
  });
}

function folders(path: string): string[] {
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}
