import { readFile, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { RawRequest } from '../dialects/request.js';
import { codeOf, HipError, messageOf } from '../errors.js';
import { readCases } from './case-read.js';
import { guessRequest } from './decode-body.js';
import { readHttpText } from './decode-http.js';
import type { Observation, SniffedConnection, SniffedReply } from './exchange.js';
import type { PlainReply } from './explained.js';
import { renderRequest } from './replay-line.js';

/** What was saved or pasted, as observations: a case folder or a folder of them, HTTP text, or a bare body. */
export interface DecodeParts {
  /** File or folder; `-` is the standard input. */
  readonly path: string;
  readonly readInput: () => Promise<Uint8Array>;
  readonly nowMs: number;
}

/** @throws {HipError} HIP_NOT_FOUND, HIP_FILE_UNREADABLE */
export async function decode(parts: DecodeParts): Promise<Observation[]> {
  const { path, nowMs } = parts;
  if (path !== '-' && (await isFolder(path))) return decodeCases(path, nowMs);
  if (basename(path) === 'request.json') return decodeCases(dirname(path), nowMs);
  const bytes = path === '-' ? Buffer.from(await parts.readInput()) : await readWhole(path);
  if (bytes.length === 0) {
    throw new HipError('HIP_NOT_FOUND', `There is nothing in ${path === '-' ? 'the input' : path}.`);
  }
  const requests = readHttpText(bytes);
  if (requests.length > 0) {
    return requests.map(({ request, isWhole }, i) =>
      observe(request, { number: i + 1, atMs: nowMs, isWhole }),
    );
  }
  const guess = guessRequest(bytes);
  if (guess === null)
    return [
      {
        kind: 'foreign',
        connection: NOWHERE,
        atMs: nowMs,
        head: bytes.subarray(0, 4_096),
        isBehindHttp: false,
      },
    ];
  return [
    { kind: 'notice', atMs: nowMs, message: `No HTTP head: read as ${guess.taken}.` },
    observe(guess.request, { number: 1, atMs: nowMs, isWhole: true }),
  ];
}

const NOWHERE: SniffedConnection = {
  id: 1,
  port: 0,
  remoteAddress: 'file',
  remotePort: 0,
  openedAtMs: 0,
};

async function decodeCases(dir: string, nowMs: number): Promise<Observation[]> {
  const cases = await readCases(dir);
  return cases.map(({ request, timing, reply, serveReply }, i) => {
    const atMs = timing?.requestEndMs ?? nowMs;
    const observed = observe(request, {
      number: timing?.number ?? i + 1,
      atMs,
      isWhole: serveReply !== 'closed',
    });
    if (timing === null) return { ...observed, reply: reply && sniffed(reply, atMs) };
    const { connection: id, port, remoteAddress, remotePort, openedAtMs, replyAtMs } = timing;
    const connection = { id, port, remoteAddress, remotePort, openedAtMs };
    return { ...observed, connection, reply: reply && sniffed(reply, replyAtMs ?? atMs) };
  });
}

function sniffed({ status, headers, body }: PlainReply, atMs: number): SniffedReply {
  const rawHeaders = headers.flat();
  const head = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  const bytes = Buffer.concat([Buffer.from(`HTTP/1.1 ${status}\r\n${head}\r\n`, 'latin1'), body]);
  return { atMs, status, reason: '', httpVersion: '1.1', rawHeaders, body, bytes, bytesCut: 0 };
}

interface Moment {
  readonly number: number;
  readonly atMs: number;
  readonly isWhole: boolean;
}

function observe(
  request: RawRequest,
  { number, atMs, isWhole }: Moment,
): Extract<Observation, { kind: 'exchange' }> {
  return {
    kind: 'exchange',
    number,
    connection: NOWHERE,
    requestAtMs: atMs,
    requestEndMs: atMs,
    request,
    requestBytes: renderRequest(request),
    requestBytesCut: 0,
    requestIsWhole: isWhole,
    reply: null,
  };
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    throw unreadable(path, error);
  }
}

async function readWhole(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw unreadable(path, error);
  }
}

function unreadable(path: string, error: unknown): HipError {
  if (codeOf(error) === 'ENOENT') {
    return new HipError('HIP_FILE_UNREADABLE', `There is no file or folder ${path}.`, {
      suggestions: ['Name what hip sniff --save has written, or a file with a request'],
    });
  }
  return new HipError('HIP_FILE_UNREADABLE', `Can't read ${path}: ${messageOf(error)}.`, { cause: error });
}
