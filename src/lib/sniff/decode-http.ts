import type { RawRequest } from '../dialects/request.js';
import { HttpStream } from './http-stream.js';
import { Keeper } from './kept-bytes.js';
import { isChunked } from './replay-line.js';
import { headerOf, pairsOf } from './reply.js';

/** HTTP requests in a file: the bytes as they were, or text that went through an editor or an e-mail. */
export interface FoundRequest {
  readonly request: RawRequest;
  readonly isWhole: boolean;
}

const REQUEST_LINE = /^([A-Za-z]{3,10}) (\S+) HTTP\/(\d\.\d)[ \t]*$/;

export function readHttpText(bytes: Buffer): FoundRequest[] {
  const text = bytes.toString('latin1');
  const first = /^\s*(.*?)\r?\n/.exec(text)?.[1] ?? '';
  if (!REQUEST_LINE.test(first)) return [];
  const isUntouched = /^\s*[^\r\n]*\r\n/.test(text);
  return isUntouched ? readBytes(bytes.subarray(text.search(/\S/))) : readPasted(text);
}

function readBytes(bytes: Buffer): FoundRequest[] {
  const found: FoundRequest[] = [];
  const stream = new HttpStream({
    kind: 'request',
    keeper: new Keeper(),
    begun: () => '',
    ended({ head, body, isWhole, release }) {
      const { method, target, httpVersion, rawHeaders } = head;
      found.push({
        request: requestOf({ method, target, httpVersion, rawHeaders, body: Buffer.from(body) }),
        isWhole,
      });
      release();
    },
    foreign: () => undefined,
  });
  stream.push(bytes, 0);
  stream.end(0);
  return found;
}

/**
 * Line ends are LF now, so a length in the head no longer fits the body: a body goes to the next request line. What
 * the editor made of bytes that are no text nobody can undo.
 */
function readPasted(text: string): FoundRequest[] {
  const pieces: string[][] = [];
  for (const line of text.trimStart().split('\n')) {
    if (REQUEST_LINE.test(line)) pieces.push([]);
    pieces.at(-1)?.push(line);
  }
  return pieces.map((lines) => ({ request: parsePasted(lines), isWhole: true }));
}

/** What is left of chunk framing; no line of a device looks like it. */
const CHUNK_SIZE = /^[0-9a-f]{1,8}$/i;

function parsePasted([first = '', ...lines]: readonly string[]): RawRequest {
  const [, method = '', target = '', httpVersion = ''] = REQUEST_LINE.exec(first) ?? [];
  const gap = lines.indexOf('');
  const head = gap < 0 ? lines : lines.slice(0, gap);
  const rawHeaders = head.flatMap((line) => {
    const colon = line.indexOf(':');
    return colon > 0 ? [line.slice(0, colon), line.slice(colon + 1).trim()] : [];
  });
  const content = lines.slice(gap + 1).filter((line) => !isChunked(rawHeaders) || !CHUNK_SIZE.test(line));
  const body = gap < 0 ? '' : `${content.join('\n')}\n`;
  const length = Number(headerOf(pairsOf(rawHeaders), 'content-length') ?? Number.NaN);
  // An editor adds a line end, people add blank lines between requests.
  const trimmed =
    length <= body.length && body.slice(length).trim() === '' ? body.slice(0, length) : body.trimEnd();
  return requestOf({ method, target, httpVersion, rawHeaders, body: Buffer.from(trimmed, 'latin1') });
}

function requestOf(request: Omit<RawRequest, 'remoteAddress'>): RawRequest {
  return { ...request, remoteAddress: 'file' };
}
