import type {
  FileChunk,
  FileDuplicate,
  FilePunch,
  FileReject,
  FileSkip,
  FileSource,
  Format,
  FormatContext,
  ResumePoint,
} from '../../src/lib/formats/format.js';
import { createHead } from '../../src/lib/formats/head.js';

/** A file in memory, handed out in pieces. */
export interface MemoryFile {
  readonly fileName: string;
  readonly bytes: Uint8Array;
  readonly still?: boolean;
  readonly resume?: ResumePoint | null;
  /** Sizes of the pieces, repeated as needed; the whole file at once when absent. */
  readonly pieces?: readonly number[];
}

export function createSource(file: MemoryFile): FileSource {
  const { fileName, bytes, still = false, resume = null, pieces = [Math.max(1, bytes.length)] } = file;
  return {
    fileName,
    head: createHead(bytes, bytes.length),
    sizeBytes: bytes.length,
    still,
    resume,
    async *open(offsetBytes) {
      let at = offsetBytes;
      for (let turn = 0; at < bytes.length; turn += 1) {
        const size = Math.max(1, pieces[turn % pieces.length]!);
        yield bytes.slice(at, at + size);
        at += size;
      }
    },
  };
}

export function createContext(overrides: Partial<FormatContext> = {}): FormatContext {
  return {
    wallNow: '2026-11-22 12:00:00',
    timeZone: 'Asia/Bangkok',
    machines: new Map(),
    defaultDeviceSn: 'HIP_DEVICE_1',
    accessDeviceSn: 'HIP_ACCESS_DB',
    dateOrder: null,
    accessPassword: null,
    forced: false,
    ...overrides,
  };
}

/** A whole reading in one: what all chunks hold, and the last one's end. */
export interface WholeReading {
  readonly punches: readonly FilePunch[];
  readonly duplicates: readonly FileDuplicate[];
  readonly rejected: readonly FileReject[];
  readonly skipped: readonly FileSkip[];
  readonly remarks: readonly string[];
  readonly pendingTail: FileChunk['pendingTail'];
  readonly end: ResumePoint;
  readonly chunks: readonly FileChunk[];
}

export async function readAll(
  format: Format,
  file: MemoryFile,
  context: FormatContext = createContext(),
): Promise<WholeReading> {
  const chunks: FileChunk[] = [];
  for await (const chunk of format.read(createSource(file), context)) chunks.push(chunk);
  return joinChunks(chunks);
}

export function joinChunks(chunks: readonly FileChunk[]): WholeReading {
  const last = chunks.at(-1)!;
  return {
    punches: chunks.flatMap((chunk) => chunk.punches),
    duplicates: chunks.flatMap((chunk) => chunk.duplicates),
    rejected: chunks.flatMap((chunk) => chunk.rejected),
    skipped: chunks.flatMap((chunk) => chunk.skipped),
    remarks: chunks.flatMap((chunk) => chunk.remarks.map((remark) => remark.code)),
    pendingTail: last.pendingTail,
    end: last.checkpoint,
    chunks,
  };
}

export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
