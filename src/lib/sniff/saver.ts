import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { codeOf, HipError, messageOf } from '../errors.js';
import { makeFolder } from '../make-folder.js';
import type { CaseWriter, Written } from './case-folder.js';
import type { ForeignTraffic, SniffedExchange } from './exchange.js';
import { RAW_FILE_NAME } from './raw-file.js';
import { openRawFile, openScrubbedRawFile } from './raw-writer.js';
import type { Recorder } from './tap.js';

export interface SaverParts {
  /** Made when missing; must be empty. */
  readonly dir: string;
  /** False keeps in the raw file only what the cases hold, which are scrubbed. */
  readonly keepsRaw: boolean;
  readonly writeCases: (dir: string, written?: Written) => CaseWriter;
  /** Told when nothing more can be written, or one exchange can't. */
  readonly tell: (message: string) => void;
}

/** Call order: what `Recorder` says, `save` any number of times, `close` once. */
export interface Saver extends Recorder {
  save(exchange: SniffedExchange): void;
  /** Part of the raw file only. */
  saveForeign(traffic: ForeignTraffic): void;
  /** Resolves when all is written that can be. */
  close(): Promise<SavedTotals>;
}

export interface SavedTotals {
  readonly dir: string;
  readonly cases: number;
  /** Null when nothing passed. */
  readonly rawFile: string | null;
  /** True when it was given up before the end. */
  readonly isIncomplete: boolean;
}

/** So much may wait for the disk; beyond it the connections wait. */
const MAX_WAITING_BYTES = 8 * 1024 * 1024;
/** A case is half a dozen small files, which take as long as one of this size: whoever stops waits for 256 at most. */
const CASE_BYTES = 32 * 1024;

/**
 * Writes what passes to a folder. A disk that is full or gone stops it for good, and nothing else.
 *
 * @throws {HipError} HIP_FILE_EXISTS when the folder is not empty, HIP_USAGE when it can't be written
 */
export function openSaver(parts: SaverParts): Saver {
  const dir = resolve(parts.dir);
  prepare(dir);
  let hasGivenUp = false;
  const giveUp = (error: unknown): void => {
    if (hasGivenUp) return;
    hasGivenUp = true;
    raw?.stop();
    scrubbed?.stop();
    const why = codeOf(error) === 'ENOSPC' ? 'the disk is full' : messageOf(error);
    parts.tell(`Nothing more is saved to ${dir}: ${why}. What passes is still shown.`);
  };
  const rawFile = join(dir, RAW_FILE_NAME);
  const raw = parts.keepsRaw ? openRawFile(rawFile, giveUp) : null;
  const scrubbed = parts.keepsRaw ? null : openScrubbedRawFile(rawFile, giveUp);
  const cases = openCases(parts.writeCases(dir, scrubbed?.exchange), giveUp);
  return {
    opened: (connection, localAddress) => raw?.opened(connection, localAddress),
    passed: (chunk, at) => raw?.passed(chunk, at),
    closed: (connection, atMs) => raw?.closed(connection, atMs),
    whenReady: () => cases.whenReady() ?? raw?.whenReady() ?? null,
    save(exchange) {
      if (hasGivenUp) return;
      if (exchange.requestBytesCut === 0) cases.save(exchange);
      else parts.tell(`Exchange #${exchange.number} was too long to be kept, and is not saved as a case.`);
    },
    saveForeign(traffic) {
      if (scrubbed !== null) cases.inOrder(async () => scrubbed.foreign(traffic));
    },
    async close() {
      const saved = await cases.close();
      await raw?.close();
      await scrubbed?.close();
      return { dir, cases: saved, rawFile: existsSync(rawFile) ? rawFile : null, isIncomplete: hasGivenUp };
    },
  };
}

function prepare(dir: string): void {
  let found: string[];
  try {
    makeFolder(dir);
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

interface Cases {
  save(exchange: SniffedExchange): void;
  /** When what was saved before is on disk. */
  inOrder(work: () => Promise<void>): void;
  whenReady(): Promise<void> | null;
  /** Resolves to how many were saved. */
  close(): Promise<number>;
}

/** One after the other, as the writer has it; after the first failure none. */
function openCases(writer: CaseWriter, failed: (error: unknown) => void): Cases {
  let [saved, waitingBytes, hasFailed] = [0, 0, false];
  let queue = Promise.resolve();
  const enqueue = (work: () => Promise<void>): Promise<void> => {
    queue = queue.then(async () => {
      if (hasFailed) return;
      try {
        await work();
      } catch (error) {
        hasFailed = true;
        failed(error);
      }
    });
    return queue;
  };
  return {
    save(exchange) {
      const bytes = CASE_BYTES + exchange.requestBytes.length + (exchange.reply?.bytes.length ?? 0);
      waitingBytes += bytes;
      void enqueue(async () => {
        await writer.write(exchange);
        saved += 1;
      }).then(() => {
        waitingBytes -= bytes;
      });
    },
    inOrder: (work) => void enqueue(work),
    whenReady: () => (waitingBytes > MAX_WAITING_BYTES ? queue : null),
    async close() {
      await enqueue(() => writer.close());
      return saved;
    },
  };
}

/** For a run that saves nothing. */
export const noSaver: Recorder = {
  opened: () => undefined,
  passed: () => undefined,
  closed: () => undefined,
  whenReady: () => null,
};
