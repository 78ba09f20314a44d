import { describe, expect, it } from 'vitest';
import { type HttpMessage, HttpStream } from '../../src/lib/sniff/http-stream.js';
import { Keeper } from '../../src/lib/sniff/kept-bytes.js';
import { fc } from '../support/property.js';

interface Seen {
  readonly messages: HttpMessage[];
  readonly foreign: Buffer[];
}

const ROOMY = { messageBytes: 1_000_000, allBytes: 1_000_000, leastBytes: 65_536 };

interface Wire {
  readonly kind?: 'request' | 'reply';
  /** Methods that replies answer, in order. */
  readonly answered?: string[];
  /** Bytes per packet; all in one when absent. */
  readonly packets?: readonly number[];
  readonly keeper?: Keeper;
}

function read(text: string, { kind = 'request', answered = [], packets = [], keeper }: Wire = {}): Seen {
  const seen: Seen = { messages: [], foreign: [] };
  const methods = [...answered];
  const stream = new HttpStream({
    kind,
    keeper: keeper ?? new Keeper(ROOMY),
    begun: () => methods.shift() ?? 'GET',
    ended: (message) => {
      seen.messages.push(message);
      message.release();
    },
    foreign: (bytes) => seen.foreign.push(Buffer.from(bytes)),
  });
  let rest = Buffer.from(text, 'latin1');
  let atMs = 1;
  for (const size of [...packets, rest.length]) {
    const chunk = rest.subarray(0, size);
    rest = rest.subarray(size);
    if (chunk.length > 0) stream.push(chunk, atMs++);
  }
  stream.end(atMs);
  return seen;
}

const bodies = ({ messages }: Seen): string[] =>
  messages.map(({ body }) => Buffer.from(body).toString('latin1'));
const targets = ({ messages }: Seen): string[] => messages.map(({ head }) => `${head.method} ${head.target}`);
const wire = ({ messages }: Seen): string =>
  messages.map(({ bytes }) => Buffer.from(bytes).toString('latin1')).join('');

const POST =
  'POST /iclock/cdata?SN=A1&table=ATTLOG HTTP/1.1\r\nHost: 192.0.2.1\r\nContent-Length: 4\r\n\r\n1\t2\n';
const POLL = 'GET /iclock/getrequest?SN=A1 HTTP/1.1\r\n\r\n';
const CHUNKED =
  'POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nTrailer: 1\r\n\r\n';
/** Up to the extension of its first size. */
const LONG_SIZE = 'POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3;';
const BARE_POST = 'POST /x HTTP/1.1\r\n\r\n';

describe('requests as they pass', () => {
  it('are read one behind the other, with and without bodies', () => {
    const seen = read(POST + POLL + CHUNKED + POLL);
    expect(bodies(seen)).toEqual(['1\t2\n', '', 'abcde', '']);
    expect(wire(seen)).toBe(POST + POLL + CHUNKED + POLL);
    expect(seen.messages.every(({ isWhole, cut }) => isWhole && cut === 0)).toBe(true);
    expect(seen.foreign).toEqual([]);
  });

  it('are the same whatever the packets', () => {
    const text = POST + CHUNKED + POLL + POST;
    const packets = fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 60 });
    fc.assert(
      fc.property(packets, (sizes) => {
        const seen = read(text, { packets: sizes });
        expect(bodies(seen)).toEqual(['1\t2\n', 'abcde', '', '1\t2\n']);
        expect(wire(seen)).toBe(text);
      }),
    );
  });

  it.each([
    ['bare line feeds', 'POST /x HTTP/1.0\nContent-Length: 2\n\nab', 'POST /x', 'ab'],
    [
      'a blank in the target',
      'GET /x?Stamp=2026-11-22 08:00 HTTP/1.1\r\n\r\n',
      'GET /x?Stamp=2026-11-22%2008:00',
      '',
    ],
    ['an absolute target', 'GET http://192.0.2.1/x HTTP/1.1\r\n\r\n', 'GET http://192.0.2.1/x', ''],
    ['a blank before the colon', 'POST /x HTTP/1.1\r\nContent-Length : 1\r\n\r\nz', 'POST /x', 'z'],
    [
      'a doubled length',
      'POST /x HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nz',
      'POST /x',
      'z',
    ],
    ['line ends in front', '\r\n\r\nGET /x HTTP/1.1\r\n\r\n', 'GET /x', ''],
    ['a lower-case method', 'post /x http/1.1\r\nContent-Length: 1\r\n\r\nz', 'POST /x', 'z'],
    [
      'a line that is no header',
      'POST /x HTTP/1.1\r\nnonsense\r\nContent-Length: 1\r\n\r\nz',
      'POST /x',
      'z',
    ],
    [
      'a line that is no header, folded',
      'POST /x HTTP/1.1\r\nX: 1\r\nnonsense\r\n Content-Length: 9\r\nContent-Length: 1\r\n\r\nz',
      'POST /x',
      'z',
    ],
    [
      'a folded line in front of all headers',
      'POST /x HTTP/1.1\r\n Content-Length: 9\r\nContent-Length: 1\r\n\r\nz',
      'POST /x',
      'z',
    ],
  ])('may have %s', (_, text, target, body) => {
    const seen = read(text);
    expect(targets(seen)).toEqual([target]);
    expect(bodies(seen)).toEqual([body]);
    expect(seen.foreign).toEqual([]);
  });

  it('without a length end with the connection', () => {
    const seen = read('POST /x HTTP/1.0\r\n\r\nab\ncd', { packets: [24, 2] });
    expect(bodies(seen)).toEqual(['ab\ncd']);
    expect(seen.messages[0]?.isWhole).toBe(true);
  });

  it('without a length have no body when the next request follows', () => {
    const seen = read(`POST /x HTTP/1.1\r\n\r\n${POLL}`);
    expect(targets(seen)).toEqual(['POST /x', 'GET /iclock/getrequest?SN=A1']);
    expect(bodies(seen)).toEqual(['', '']);
  });

  it('that broke off are told as far as they came', () => {
    const seen = read(POST.slice(0, -2));
    expect(bodies(seen)).toEqual(['1\t']);
    expect(seen.messages[0]?.isWhole).toBe(false);
  });

  it('know when they began and ended', () => {
    const [message] = read(POST, { packets: [10, 10] }).messages;
    expect(message).toMatchObject({ startMs: 1, endMs: 3 });
  });
});

describe('what is no request', () => {
  it.each([
    ['a frame of 55 AA', '\x55\xaa\x01\x00\x00\x00'],
    ['TLS', '\x16\x03\x01\x02\x00\x01'],
    ['text', 'RTLOG:1,2\n'],
    ['a head that breaks off', 'GET /iclock'],
    ['an answer', 'HTTP/1.1 200 OK\r\n\r\n'],
    ['a request behind a blank', ` ${POLL}`],
    ['a head too long', `GET / HTTP/1.1\r\n${'X: 1\r\n'.repeat(20_000)}\r\n`],
    ['a head without end', `GET / HTTP/1.1\r\n${'X: 1\r\n'.repeat(20_000)}`],
  ])('is told from its first byte: %s', (_, text) => {
    for (const packets of [[], [1, 1, 1]]) {
      const seen = read(text, { packets });
      expect(seen.messages).toEqual([]);
      expect(Buffer.concat(seen.foreign).toString('latin1')).toBe(text);
    }
  });

  it.each([
    [
      'a line of chunk sizes that is too long',
      `${LONG_SIZE}${'x'.repeat(1_100)}\r\nabc\r\n0\r\n\r\n`,
      [1_150],
    ],
    [
      'what follows a POST without a length',
      `${BARE_POST}GET /${'a'.repeat(70_000)} HTTP/1.1\r\n\r\n`,
      [70_000],
    ],
    ['a request far behind a POST without a length', `${BARE_POST}${POLL}${'a'.repeat(70_000)}`, [70]],
  ])('is told the same however it is cut: %s', (_, text, packets) => {
    const [seen, atOnce] = [read(text, { packets }), read(text)];
    expect([targets(seen), bodies(seen)]).toEqual([targets(atOnce), bodies(atOnce)]);
  });

  it('may follow a request whose length is wrong', () => {
    const seen = read(`${POST}9\t2026`);
    expect(bodies(seen)).toEqual(['1\t2\n']);
    expect(Buffer.concat(seen.foreign).toString()).toBe('9\t2026');
  });
});

describe('whatever comes', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      POST,
      POLL,
      CHUNKED,
      '\r\n',
      'POST /x HTTP/1.1\r\n\r\n',
      'HTTP/1.1 200 OK\r\n\r\n',
      '0\r\n',
    ),
    fc.string({ maxLength: 20 }),
    fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
    // Around the most that is read as a line of sizes, and as a head.
    fc
      .integer({ min: 1_000, max: 1_050 })
      .map((length) => `${LONG_SIZE}${'x'.repeat(length)}\r\nabc\r\n0\r\n\r\n`),
    fc.integer({ min: 65_500, max: 65_560 }).map((length) => `GET /${'a'.repeat(length)} HTTP/1.1\r\n\r\n`),
  );

  it('every byte is part of a message or foreign, in its order; only line ends between are dropped', () => {
    const size = fc.oneof(
      { weight: 19, arbitrary: fc.integer({ min: 1, max: 50 }) },
      fc.integer({ min: 51, max: 70_000 }),
    );
    const packets = fc.array(size, { maxLength: 40 });
    const kinds = fc.constantFrom<'request' | 'reply'>('request', 'reply');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), packets, kinds, (pieces, sizes, kind) => {
        const text = pieces.join('');
        const seen = read(text, { packets: sizes, kind });
        const told = wire(seen) + Buffer.concat(seen.foreign).toString('latin1');
        expect(withoutLineEnds(told)).toBe(withoutLineEnds(text));
        const atOnce = read(text, { kind });
        expect([targets(seen), bodies(seen)]).toEqual([targets(atOnce), bodies(atOnce)]);
      }),
      { numRuns: 1_000 },
    );
  });
});

function withoutLineEnds(text: string): string {
  return text.replace(/[\r\n]+/g, '');
}

describe('replies as they pass', () => {
  it('have bodies by length, in chunks, or to the end of the connection', () => {
    const text =
      'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOKHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nOK\r\n0\r\n\r\n';
    expect(bodies(read(text, { kind: 'reply' }))).toEqual(['OK', 'OK']);
    const open = read('HTTP/1.0 200\r\n\r\nOK: 1', { kind: 'reply' });
    expect(bodies(open)).toEqual(['OK: 1']);
    expect(open.messages[0]).toMatchObject({
      isWhole: true,
      head: { status: 200, reason: '', httpVersion: '1.0' },
    });
  });

  it('to HEAD, 1xx, 204 and 304 have none', () => {
    const text = [
      'HTTP/1.1 100 Continue\r\n\r\n',
      'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n',
      'HTTP/1.1 204 No Content\r\n\r\n',
      'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK',
    ].join('');
    const seen = read(text, { kind: 'reply', answered: ['POST', 'HEAD', 'GET', 'GET'] });
    expect(bodies(seen)).toEqual(['', '', '', 'OK']);
    expect(wire(seen)).toBe(text);
  });
});

describe('room', () => {
  it('is given back, and what is beyond it is counted', () => {
    const keeper = new Keeper({ messageBytes: 200, allBytes: 300, leastBytes: 100 });
    const long = `POST /x HTTP/1.1\r\nContent-Length: 500\r\n\r\n${'a'.repeat(500)}`;
    for (let i = 0; i < 3; i += 1) {
      const [message] = read(long, { keeper, packets: [50, 50, 50] }).messages;
      expect(message?.bytes.length).toBe(200);
      expect(message?.cut).toBe(long.length - 200);
    }
  });

  it('is never so short that a head is not read', () => {
    const keeper = new Keeper({ messageBytes: 1_000, allBytes: 0, leastBytes: 100 });
    const seen = read(POST + POLL, { keeper });
    expect(targets(seen)).toHaveLength(2);
  });
});
