import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Reply } from '../dialects/dialect.js';

/** What the transport knows when a reply is written. */
export interface ReplyContext {
  readonly nowMs: number;
  readonly keepAlive: boolean;
  readonly isHead: boolean;
}

/**
 * Writes a reply: the dialect's headers as given, in order and spelling (BioMax R6 ignores `Response_code`,
 * fkweb.md 1.1), then what it did not name of `Date` (devices set their clock by it), `Content-Length` (never
 * chunked) and `Connection`. One array to writeHead and one string to end: Node sends both in one packet.
 */
export function writeReply(response: ServerResponse, reply: Reply, context: ReplyContext): void {
  response.sendDate = false;
  response.writeHead(reply.status, headersOf(reply, context));
  response.end(context.isHead ? '' : reply.body);
}

/** The same bytes, for a socket that Node's parser does not own or has given up on. */
export function renderReply(reply: Reply, context: ReplyContext): Buffer {
  const headers = headersOf(reply, context);
  let head = `HTTP/1.1 ${reply.status} ${STATUS_CODES[reply.status] ?? ''}\r\n`;
  for (let i = 0; i + 1 < headers.length; i += 2) head += `${headers[i]}: ${headers[i + 1]}\r\n`;
  const body = context.isHead ? '' : reply.body;
  return Buffer.concat([Buffer.from(`${head}\r\n`, 'latin1'), Buffer.from(body as string)]);
}

function headersOf(reply: Reply, context: ReplyContext): string[] {
  const headers: string[] = [];
  let named = 0;
  for (const [name, value] of reply.headers) {
    headers.push(name, value);
    named |= listenerHeader(name);
  }
  if (!(named & DATE)) headers.push('Date', httpDate(context.nowMs));
  if (!(named & LENGTH) && hasBody(reply.status)) {
    headers.push('Content-Length', context.isHead ? '0' : lengthOf(reply.body));
  }
  if (!(named & CONNECTION)) headers.push('Connection', context.keepAlive ? 'keep-alive' : 'close');
  return headers;
}

const DATE = 1;
const LENGTH = 2;
const CONNECTION = 4;

function listenerHeader(name: string): number {
  // Lengths first: this runs for every header of every reply.
  if (name.length === 4) return name.toLowerCase() === 'date' ? DATE : 0;
  if (name.length === 10) return name.toLowerCase() === 'connection' ? CONNECTION : 0;
  return name.length === 14 && name.toLowerCase() === 'content-length' ? LENGTH : 0;
}

/** 204 and 304 have no body and must not name a length (RFC 9110, 8.6). */
function hasBody(status: number): boolean {
  return status !== 204 && status !== 304;
}

function lengthOf(body: Uint8Array | string): string {
  return String(typeof body === 'string' ? Buffer.byteLength(body) : body.byteLength);
}

let dateSecond = 0;
let dateText = '';

function httpDate(nowMs: number): string {
  const second = Math.floor(nowMs / 1000);
  if (second !== dateSecond) {
    dateSecond = second;
    dateText = new Date(nowMs).toUTCString();
  }
  return dateText;
}
