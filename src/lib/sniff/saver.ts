import { createWriteStream, mkdirSync, readdirSync, type WriteStream } from 'node:fs';
import { join, resolve } from 'node:path';
import { codeOf, HipError, messageOf } from '../errors.js';
import type { SniffedConnection } from './exchange.js';
import { RAW_FILE_NAME, RawConnection, rawFileHead } from './raw-file.js';
import type { Recorder } from './tap.js';

export interface SaverParts {
  /** Made when missing; must be empty. */
  readonly dir: string;
  /** False writes no raw file: its bytes can't be scrubbed without becoming others. */
  readonly keepsRaw: boolean;
  /** Told once, when nothing more can be written. */
  readonly gaveUp: (message: string) => void;
}

/** Call order: what `Recorder` says, `saveCase` any number of times, `close` once. */
export interface Saver extends Recorder {
  /** @param write writes one case; `bytes` is how much memory it holds until then */
  saveCase(bytes: number, write: () => Promise<void>): void;
  /** Resolves when all is written that can be. */
  close(): Promise<SavedTotals>;
}

export interface SavedTotals {
  readonly dir: string;
  readonly cases: number;
  /** Null when none was to be written. */
  readonly rawFile: string | null;
  /** True when it was given up before the end. */
  readonly isIncomplete: boolean;
}

/** So much may wait for the disk; beyond it the connections wait. */
const MAX_WAITING_BYTES = 8 * 1024 * 1024;

/**
 * Writes what passes to a folder. A disk that is full or gone stops it for good, and nothing else.
 *
 * @throws {HipError} HIP_FILE_EXISTS when the folder is not empty, HIP_USAGE when it can't be written
 */
export function openSaver(parts: SaverParts): Saver {
  const dir = resolve(parts.dir);
  prepare(dir);
  let [cases, hasGivenUp, waitingBytes] = [0, false, 0];
  let queue = Promise.resolve();
  const giveUp = (error: unknown): void => {
    if (hasGivenUp) return;
    hasGivenUp = true;
    raw?.stop();
    const why = codeOf(error) === 'ENOSPC' ? 'the disk is full' : messageOf(error);
    parts.gaveUp(`Nothing more is saved to ${dir}: ${why}. What passes is still shown.`);
  };
  const raw = parts.keepsRaw ? openRawFile(join(dir, RAW_FILE_NAME), giveUp) : null;
  return {
    opened: (connection, localAddress) => raw?.opened(connection, localAddress),
    passed: (chunk, at) => raw?.passed(chunk, at),
    closed: (connection, atMs) => raw?.closed(connection, atMs),
    whenReady() {
      if (hasGivenUp) return null;
      return waitingBytes > MAX_WAITING_BYTES ? queue : (raw?.whenReady() ?? null);
    },
    saveCase(bytes, write) {
      waitingBytes += bytes;
      queue = queue.then(async () => {
        try {
          if (!hasGivenUp) {
            await write();
            cases += 1;
          }
        } catch (error) {
          giveUp(error);
        } finally {
          waitingBytes -= bytes;
        }
      });
    },
    async close() {
      await queue;
      await raw?.close();
      const rawFile = raw && join(dir, RAW_FILE_NAME);
      return { dir, cases, rawFile, isIncomplete: hasGivenUp };
    },
  };
}

function prepare(dir: string): void {
  let found: string[];
  try {
    mkdirSync(dir, { recursive: true });
    found = readdirSync(dir);
  } catch (error) {
    throw new HipError('HIP_USAGE', `Can't write to the folder ${dir}: ${messageOf(error)}.`, {
      suggestions: ['Name a folder that this user may write to with --save'],
      cause: error,
    });
  }
  if (found.length === 0) return;
  throw new HipError('HIP_FILE_EXISTS', `The folder ${dir} is not empty.`, {
    suggestions: ['Name a new folder with --save: captures are never mixed'],
  });
}

interface RawFile extends Recorder {
  /** Writes nothing more. */
  stop(): void;
  close(): Promise<void>;
}

function openRawFile(file: string, failed: (error: Error) => void): RawFile {
  const stream: WriteStream = createWriteStream(file);
  const connections = new Map<number, RawConnection>();
  stream.on('error', failed);
  stream.write(rawFileHead());
  const append = (blocks: readonly Buffer[]): void => {
    if (stream.destroyed) return;
    stream.cork();
    for (const block of blocks) stream.write(block);
    stream.uncork();
  };
  return {
    opened(connection: SniffedConnection, localAddress) {
      const raw = new RawConnection(connection, localAddress);
      connections.set(connection.id, raw);
      append(raw.opened(connection.openedAtMs));
    },
    passed: (chunk, at) => append(connections.get(at.connection.id)?.passed(chunk, at) ?? []),
    closed(connection, atMs) {
      append(connections.get(connection.id)?.closed(atMs) ?? []);
      connections.delete(connection.id);
    },
    whenReady() {
      if (stream.destroyed || stream.writableLength <= MAX_WAITING_BYTES) return null;
      return drained(stream);
    },
    stop: () => stream.destroy(),
    async close() {
      if (stream.closed) return;
      const closed = new Promise<void>((done) => stream.once('close', () => done()));
      if (!stream.destroyed) stream.end();
      await closed;
    },
  };
}

/** Also when it failed. */
function drained(stream: WriteStream): Promise<void> {
  return new Promise((done) => {
    stream.once('drain', done);
    stream.once('close', () => done());
  });
}

/** For a run that saves nothing. */
export const noSaver: Recorder = {
  opened: () => undefined,
  passed: () => undefined,
  closed: () => undefined,
  whenReady: () => null,
};
