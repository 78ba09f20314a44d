import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Reply, WireRequest } from '../dialects/dialect.js';

/** What the transport knows when a reply is written. */
export interface ReplyContext {
  readonly nowMs: number;
  readonly keepAlive: boolean;
  readonly isHead: boolean;
}

/** HTTP/1.1 and `Connection` absent or keep-alive; security firmware sends `starting` (adms.md section 3). */
export function keepsAlive({ httpVersion, headers }: WireRequest): boolean {
  if (httpVersion !== '1.1') return false;
  const asked = headers.get('connection');
  return asked === undefined || asked.toLowerCase() === 'keep-alive';
}

/** Through Node's response, which keeps the order of a pipelining client. One array, one string: one packet. */
export function writeReply(response: ServerResponse, reply: Reply, context: ReplyContext): void {
  response.sendDate = false;
  response.writeHead(reply.status, headersOf(reply, context));
  response.end(context.isHead ? '' : reply.body);
}

/** The bytes of a reply: a string where each character is one byte, which is the cheaper to write. */
export function renderReply(reply: Reply, context: ReplyContext): string | Buffer {
  const { status } = reply;
  const headers = headersOf(reply, context);
  let head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Unknown'}\r\n`;
  for (let i = 0; i + 1 < headers.length; i += 2) head += `${headers[i]}: ${headers[i + 1]}\r\n`;
  head += '\r\n';
  if (context.isHead) return head;
  if (typeof reply.body === 'string' && lengthOf(reply.body) === reply.body.length) return head + reply.body;
  const body = typeof reply.body === 'string' ? Buffer.from(reply.body) : reply.body;
  return Buffer.concat([Buffer.from(head, 'latin1'), body]);
}

/**
 * Name, value, name, value …: the dialect's as given, in order and spelling (BioMax R6 ignores `Response_Code`,
 * fkweb.md 1.1), then what it did not name of `Date` (devices set their clock by it), `Content-Length` (never
 * chunked) and `Connection`.
 */
function headersOf({ status, headers, body }: Reply, context: ReplyContext): string[] {
  const pairs: string[] = [];
  let named = 0;
  for (const [name, value] of headers) {
    pairs.push(name, NOT_IN_VALUE.test(value) ? value.replaceAll(NOT_IN_VALUES, ' ') : value);
    named |= listenerHeader(name);
  }
  if (!(named & DATE)) pairs.push('Date', httpDate(context.nowMs));
  // 204 and 304 have no body and must not name a length (RFC 9110, 8.6).
  if (!(named & LENGTH) && status !== 204 && status !== 304) {
    pairs.push('Content-Length', context.isHead ? '0' : String(lengthOf(body)));
  }
  if (!(named & CONNECTION)) pairs.push('Connection', context.keepAlive ? 'keep-alive' : 'close');
  return pairs;
}

/** A dialect may hand back what a device sent; a line end in it would begin a header of the device's choice. */
const NOT_IN_VALUE = /[^\t -~\x80-\xff]/;
const NOT_IN_VALUES = /[^\t -~\x80-\xff]+/g;

const DATE = 1;
const LENGTH = 2;
const CONNECTION = 4;

function listenerHeader(name: string): number {
  // Lengths first: this runs for every header of every reply.
  if (name.length === 4) return name.toLowerCase() === 'date' ? DATE : 0;
  if (name.length === 10) return name.toLowerCase() === 'connection' ? CONNECTION : 0;
  return name.length === 14 && name.toLowerCase() === 'content-length' ? LENGTH : 0;
}

function lengthOf(body: Uint8Array | string): number {
  return typeof body === 'string' ? Buffer.byteLength(body) : body.byteLength;
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
