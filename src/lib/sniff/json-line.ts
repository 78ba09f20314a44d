import type { SniffedReply } from './exchange.js';
import type { Explained, ExplainedExchange, PlainReply } from './explained.js';
import { cover, hide } from './hide.js';
import { pairsOf } from './reply.js';

const HEAD_BYTES = 64;

/** An observation for programs, one line each: what was made of it, and nothing that the views hide. */
export function renderJsonLine(explained: Explained): string {
  return JSON.stringify(plain(explained));
}

function plain(explained: Explained): object {
  switch (explained.kind) {
    case 'exchange':
      return plainExchange(explained);
    case 'foreign': {
      const { head, ...traffic } = explained.traffic;
      const begin = cover(Buffer.from(head.subarray(0, HEAD_BYTES)).toString('latin1'));
      return { ...explained, traffic: { ...traffic, headHex: Buffer.from(begin, 'latin1').toString('hex') } };
    }
    case 'end':
    case 'notice':
      return explained;
  }
}

function plainExchange({ exchange, serveReply, premise: _, ...meaning }: ExplainedExchange): object {
  const { number, connection, requestAtMs, requestEndMs, request, requestIsWhole, reply } = exchange;
  const { method, target, httpVersion, rawHeaders, body } = request;
  return {
    ...meaning,
    number,
    connection,
    requestAtMs,
    requestEndMs,
    requestIsWhole,
    requestBytes: exchange.requestBytes.length + exchange.requestBytesCut,
    request: {
      method,
      target: hide(target),
      httpVersion,
      headers: hidden(pairsOf(rawHeaders)),
      bodyBytes: body.length,
    },
    reply: reply && plainSniffed(reply),
    serveReply: serveReply && plainReply(serveReply),
  };
}

function plainSniffed({ atMs, status, rawHeaders, body, bytes, bytesCut }: SniffedReply): object {
  return {
    atMs,
    bytes: bytes.length + bytesCut,
    ...plainReply({ status, headers: pairsOf(rawHeaders), body }),
  };
}

function plainReply({ status, headers, body }: PlainReply): object {
  return { status, headers: hidden(headers), body: hide(Buffer.from(body).toString('utf8')) };
}

function hidden(headers: PlainReply['headers']): [name: string, value: string][] {
  return headers.map(([name, value]) => [name, hide(`${name}: ${value}`).slice(name.length + 2)]);
}
