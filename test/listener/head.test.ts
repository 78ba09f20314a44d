import { describe, expect, it } from 'vitest';
import { examineHead, readHead, withLength } from '../../src/lib/listener/head.js';
import { cpuMs } from '../fuzz/growth.js';
import { fc } from '../support/property.js';

function examine(text: string) {
  return examineHead(Buffer.from(text, 'latin1'));
}

function mended(text: string): string {
  const examined = examine(text);
  return examined.kind === 'head' ? examined.head.toString('latin1') : examined.kind;
}

describe('a head that needs no repair', () => {
  const heads = [
    'GET /iclock/cdata?SN=A HTTP/1.1\r\n\r\n',
    'POST /iclock/cdata?SN=A HTTP/1.0\r\nContent-Length: 3\r\nA:b\r\n\r\n',
    'POST http://192.0.2.1:9090/iclock/cdata HTTP/1.1\r\nContent-Length:3\r\n\r\n',
    'POST // HTTP/1.1\nContent-Length: 3\nX: one\n two\n\n',
    'POST / HTTP/1.1\r\nContent-Type: a\r\nContent-Type: a\r\nTransfer-Encoding: chunked\r\n\r\n',
  ];

  it.each(heads)('passes as it is: %j', (text) => {
    const examined = examine(`${text}body`);
    expect(examined).toMatchObject({ kind: 'head', repaired: false, lengthless: false, bodyAt: text.length });
    expect(mended(`${text}body`)).toBe(text);
  });

  it('may be preceded by line ends', () => {
    expect(mended('\r\n\r\nGET / HTTP/1.1\r\n\r\n')).toBe('GET / HTTP/1.1\r\n\r\n');
  });
});

describe('a head that is mended', () => {
  it.each([
    [
      'blanks in the target',
      'POST /a?Stamp=2026-11-22 08:00 HTTP/1.1',
      'POST /a?Stamp=2026-11-22%2008:00 HTTP/1.1',
    ],
    ['raw UTF-8 in the target', 'POST /a?n=\xe0\xb8\x81 HTTP/1.1', 'POST /a?n=%E0%B8%81 HTTP/1.1'],
    ['control characters in the target', 'GET /a\x01b HTTP/1.1', 'GET /a%01b HTTP/1.1'],
    ['a method in lower case', 'post /a HTTP/1.1', 'POST /a HTTP/1.1'],
    ['a version in lower case', 'GET /a http/1.1', 'GET /a HTTP/1.1'],
  ])('%s', (_, before, after) => {
    expect(mended(`${before}\r\nContent-Length: 1\r\n\r\nx`)).toBe(`${after}\r\nContent-Length: 1\r\n\r\n`);
  });

  it('an equal Content-Length that comes twice', () => {
    const text = 'POST /a HTTP/1.1\r\nContent-Length: 4\r\ncontent-length:4\r\nA: b\r\n\r\n';
    expect(mended(text)).toBe('POST /a HTTP/1.1\r\nContent-Length: 4\r\nA: b\r\n\r\n');
  });

  it('but not two lengths that differ: nobody knows which is meant', () => {
    const text = 'POST /a HTTP/1.1\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\n';
    expect(mended(text)).toBe(text);
  });

  it('a blank before a colon', () => {
    const text = 'POST /a HTTP/1.1\r\nContent-Length : 4\r\n\r\n';
    expect(mended(text)).toBe('POST /a HTTP/1.1\r\nContent-Length: 4\r\n\r\n');
  });

  it('a line that is no header', () => {
    const text = 'POST /a HTTP/1.1\r\nrubbish\r\nContent-Length: 4\r\n\r\n';
    expect(mended(text)).toBe('POST /a HTTP/1.1\r\nContent-Length: 4\r\n\r\n');
  });
});

describe('a folded line', () => {
  const LENGTHS = 'Content-Length: 4\r\nContent-Length: 4\r\n';

  it.each([
    ['stays with its header', 'A: b\r\n c\r\n', 'A: b\r\n c\r\n'],
    ['goes with a line that is no header', 'rubbish\r\n folded\r\n', ''],
    // Which length is meant nobody knows.
    ['makes a repeated length another one', `${LENGTHS} 5\r\n`, `${LENGTHS} 5\r\n`],
    ['of no header goes', ' folded\r\n', ''],
  ])('%s', (_, before, after) => {
    const first = 'POST /a HTTP/1.1\r\n';
    expect(mended(`${first}${before}B: c\r\n\r\n`)).toBe(`${first}${after}B: c\r\n\r\n`);
  });
});

describe('what is no head', () => {
  it.each([
    '\x16\x03\x01\x02\x00',
    'SSH-2.0-OpenSSH_9.2\r\n',
    '1001\t2026',
    'HELO office\r\n',
    'GET /\r\n',
    '\0\0\0\0',
  ])('is another protocol: %j', (text) => {
    expect(examine(text)).toEqual({ kind: 'foreign' });
  });

  it.each(['', '\r\n', 'G', 'POST /iclock', 'POST / HTTP/1.1\r\nA: b\r\n'])(
    'is not all there yet: %j',
    (text) => {
      expect(examine(text)).toEqual({ kind: 'incomplete' });
    },
  );
});

describe('a body without a length', () => {
  it('is noticed only where a method carries data', () => {
    expect(examine('POST / HTTP/1.1\r\n\r\n')).toMatchObject({ lengthless: true });
    expect(examine('GET / HTTP/1.1\r\n\r\n')).toMatchObject({ lengthless: false });
  });

  it.each(['\r\n', '\n'])('can be given one: %j', (end) => {
    const head = Buffer.from(`POST / HTTP/1.1${end}A: b${end}${end}`);
    const known = examineHead(withLength(head, 12));
    expect(known).toMatchObject({ kind: 'head', lengthless: false });
    expect(readHead(withLength(head, 12)).rawHeaders).toEqual(['A', 'b', 'Content-Length', '12']);
  });
});

describe('properties', () => {
  const word = fc.string({ unit: fc.constantFrom(...'ab%=&?. \t\xe0\x01-'), minLength: 1, maxLength: 20 });
  const line = fc.oneof(
    fc.tuple(fc.constantFrom('A', 'Content-Type', 'X-y'), word).map(([name, value]) => `${name}: ${value}`),
    fc.constantFrom('Content-Length: 4', 'content-length:4', 'Content-Length : 5', 'Transfer-Encoding: x'),
    fc.constantFrom('rubbish', 'a b: c', ':', ' folded', '\tfolded', ' A: folded'),
  );
  const head = fc
    .tuple(
      fc.constantFrom('GET', 'POST', 'post'),
      word,
      fc.array(line, { maxLength: 5 }),
      fc.constantFrom('\r\n', '\n'),
    )
    .map(([method, target, lines, end]) => [`${method} /${target} HTTP/1.1`, ...lines, '', ''].join(end));

  it('never throws, whatever comes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        examineHead(Buffer.from(bytes));
      }),
    );
  });

  it('no head takes long, however it is made', async () => {
    const long = 16_000;
    const heads = [' ', '\t', ' a', 'HTTP/1.1 ', ': ', 'Content-Length: 1\r\n'].flatMap((text) => {
      const run = text.repeat(long / text.length);
      return [`GET${run}\n`, `GET /${run}x\r\n\r\n`, `GET / HTTP/1.1\r\nContent-Length:${run}x\r\n\r\n`];
    });
    const tookMs = await cpuMs(() => {
      for (const head of heads) examine(head);
    });
    expect(tookMs).toBeLessThan(1_000);
  });

  it('what was mended needs no more mending', () => {
    fc.assert(
      fc.property(head, (text) => {
        const once = mended(text);
        expect(mended(once)).toBe(once);
        expect(examine(once)).toMatchObject({ kind: 'head', repaired: false });
      }),
    );
  });

  it('every beginning of a head is incomplete, and the body begins behind it', () => {
    fc.assert(
      fc.property(head, (text) => {
        for (let end = 0; end < text.length; end++) {
          expect(examine(text.slice(0, end))).toEqual({ kind: 'incomplete' });
        }
        expect(examine(`${text}\n\nrest`)).toMatchObject({ bodyAt: text.length });
      }),
    );
  });
});
