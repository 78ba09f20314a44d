import { type FileHandle, open } from 'node:fs/promises';
import type { FileHead } from '../formats/format.js';
import { createHead, HEAD_BYTES } from '../formats/head.js';
import { type FileLook, lookOf } from './discover.js';
import { FileChanged } from './problems.js';

/** Large enough that calls do not count; small enough that the lines of one are gone before memory must keep them. */
const PIECE_BYTES = 65_536;

/** A file as it was when it was opened; what is written behind its end meanwhile is for the next run. */
export class OpenedFile {
  readonly path: string;
  readonly look: FileLook;
  readonly head: FileHead;
  readonly #handle: FileHandle;

  private constructor(parts: {
    readonly path: string;
    readonly look: FileLook;
    readonly head: FileHead;
    readonly handle: FileHandle;
  }) {
    this.path = parts.path;
    this.look = parts.look;
    this.head = parts.head;
    this.#handle = parts.handle;
  }

  /** @throws errors of the file system */
  static async open(path: string): Promise<OpenedFile> {
    const handle = await open(path, 'r');
    try {
      const look = lookOf(await handle.stat({ bigint: true }));
      const bytes = new Uint8Array(Math.min(look.sizeBytes, HEAD_BYTES));
      let filled = 0;
      for await (const piece of piecesOf(handle, path, [0, bytes.length])) {
        bytes.set(piece, filled);
        filled += piece.length;
      }
      return new OpenedFile({ path, look, handle, head: createHead(bytes, look.sizeBytes) });
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  get sizeBytes(): number {
    return this.look.sizeBytes;
  }

  /** Each piece is memory of its own, so it may be kept. */
  pieces(fromBytes: number, toBytes = this.sizeBytes): AsyncGenerator<Uint8Array> {
    return piecesOf(this.#handle, this.path, [fromBytes, toBytes]);
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}

/** Reads ahead by one piece, so that whoever works on one piece never waits for the next. */
async function* piecesOf(
  handle: FileHandle,
  path: string,
  [fromBytes, toBytes]: readonly [number, number],
): AsyncGenerator<Uint8Array> {
  let at = fromBytes;
  let ahead = startRead(handle, at, toBytes);
  try {
    while (at < toBytes) {
      const piece = await ahead;
      if (piece.length === 0) throw new FileChanged(path);
      at += piece.length;
      ahead = startRead(handle, at, toBytes);
      yield piece;
    }
  } finally {
    // The file may be closed only when nobody reads any more.
    await Promise.allSettled([ahead]);
  }
}

function startRead(handle: FileHandle, at: number, toBytes: number): Promise<Uint8Array> {
  const piece = readPiece(handle, at, toBytes);
  // Whoever asks for the piece hears of a failure; until then it is not "unhandled".
  piece.catch(() => undefined);
  return piece;
}

/** Empty at the end, and where the file is shorter by now. */
async function readPiece(handle: FileHandle, at: number, toBytes: number): Promise<Uint8Array> {
  const buffer = new Uint8Array(Math.min(PIECE_BYTES, Math.max(0, toBytes - at)));
  if (buffer.length === 0) return buffer;
  const { bytesRead } = await handle.read(buffer, 0, buffer.length, at);
  return buffer.subarray(0, bytesRead);
}
