import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { RawRequest } from '../dialects/request.js';
import { codeOf, HipError, messageOf } from '../errors.js';
import type { CaseTiming } from './case-folder.js';
import type { PlainReply } from './explained.js';

/** A folder that case-folder.ts has written, or a person after its example. */
export interface SavedCase {
  readonly name: string;
  readonly request: RawRequest;
  /** The request as it came, where `request` does not say it all; null where it does. */
  readonly raw: Uint8Array | null;
  /** Null in a folder that was written by hand. */
  readonly timing: CaseTiming | null;
  readonly reply: PlainReply | null;
  /** `closed`: the request is not whole, and is not answered. Null in a folder that was written by hand. */
  readonly serveReply: PlainReply | 'closed' | null;
}

/** Folders are numbered, with more digits behind 9999. */
const BY_NUMBER = new Intl.Collator('en', { numeric: true });

/**
 * Every case in or under `dir`, in the order of the names.
 * @throws {HipError} HIP_NOT_FOUND when there is none, HIP_FILE_UNREADABLE for one that can't be read
 */
export async function readCases(dir: string): Promise<SavedCase[]> {
  const cases: SavedCase[] = [];
  for (const folder of await caseFolders(dir)) cases.push(await readCase(folder));
  if (cases.length > 0) return cases;
  throw new HipError('HIP_NOT_FOUND', `There is no saved exchange in ${dir}.`, {
    suggestions: ['Name a folder that hip sniff --save has written'],
  });
}

/** @throws {HipError} HIP_FILE_UNREADABLE */
export async function readCase(folder: string): Promise<SavedCase> {
  const request = await readJson<RequestFile>(join(folder, 'request.json'));
  if (request === null || !isRequestFile(request))
    throw unreadable(join(folder, 'request.json'), 'it is no saved request');
  const timing = await readJson<CaseTiming>(join(folder, 'timing.json'));
  const reply = await readJson<Omit<PlainReply, 'body'>>(join(folder, 'reply.json'));
  const served = await readJson<ServedFile>(join(folder, 'serve-reply.json'));
  return {
    name: basename(folder),
    request: {
      method: request.method,
      target: request.target,
      httpVersion: request.httpVersion,
      rawHeaders: request.headers.flat(),
      body: (await readBytes(join(folder, 'request.body'))) ?? new Uint8Array(),
      remoteAddress: timing?.remoteAddress ?? '127.0.0.1',
    },
    raw: await readBytes(join(folder, 'request.raw')),
    timing,
    reply: reply && {
      status: reply.status,
      headers: reply.headers,
      body: (await readBytes(join(folder, 'reply.body'))) ?? new Uint8Array(),
    },
    serveReply: served && plainServed(served),
  };
}

function plainServed({ status, headers, body, bodyBase64 }: ServedFile): PlainReply | 'closed' {
  if (status === null) return 'closed';
  const bytes = bodyBase64 === undefined ? Buffer.from(body ?? '') : Buffer.from(bodyBase64, 'base64');
  return { status, headers, body: bytes };
}

interface RequestFile {
  readonly method: string;
  readonly target: string;
  readonly httpVersion: string;
  readonly headers: readonly (readonly [string, string])[];
}

interface ServedFile {
  readonly status: number | null;
  readonly headers: readonly (readonly [string, string])[];
  readonly body?: string;
  readonly bodyBase64?: string;
}

function isRequestFile(value: RequestFile): boolean {
  const texts = [value.method, value.target, value.httpVersion];
  return texts.every((text) => typeof text === 'string') && Array.isArray(value.headers);
}

/** Depth first; a folder with a request in it is a case. */
async function caseFolders(dir: string): Promise<string[]> {
  let entries: Awaited<ReturnType<typeof listFolder>>;
  try {
    entries = await listFolder(dir);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw unreadable(dir, messageOf(error), error);
    throw new HipError('HIP_FILE_UNREADABLE', `There is no folder ${dir}.`, {
      suggestions: ['Name a folder that hip sniff --save has written'],
    });
  }
  if (entries.some((entry) => entry.name === 'request.json')) return [dir];
  const folders = entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(dir, name))
    .sort(BY_NUMBER.compare);
  return (await Promise.all(folders.map(caseFolders))).flat();
}

function listFolder(dir: string) {
  return readdir(dir, { withFileTypes: true });
}

/** Null when there is no such file. */
async function readBytes(file: string): Promise<Buffer | null> {
  try {
    return await readFile(file);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw unreadable(file, messageOf(error), error);
  }
}

async function readJson<T>(file: string): Promise<T | null> {
  const bytes = await readBytes(file);
  if (bytes === null) return null;
  try {
    return JSON.parse(bytes.toString()) as T;
  } catch (error) {
    throw unreadable(file, messageOf(error), error);
  }
}

function unreadable(path: string, why: string, cause?: unknown): HipError {
  return new HipError('HIP_FILE_UNREADABLE', `Can't read ${path}: ${why}.`, { cause });
}
