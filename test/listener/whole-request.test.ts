import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { RawRequest } from '../../src/lib/dialects/request.js';
import { readWholeRequest, SHORT_ROAD_BYTES } from '../../src/lib/listener/whole-request.js';
import { fc } from '../support/property.js';

const LIMITS = { maxHeaderBytes: 16_384, maxBodyBytes: 1_000_000 };

function read(text: string, limits = LIMITS) {
  return readWholeRequest(Buffer.from(text, 'latin1'), limits, '192.0.2.1');
}

describe('the short road takes what is small, clean and whole', () => {
  it('a POST', () => {
    const text = 'POST /a?b=c HTTP/1.1\r\nHost: x\r\nContent-Length:3\r\nA:\t b c \t\r\n\r\nabc';
    expect(read(text)).toEqual({
      method: 'POST',
      target: '/a?b=c',
      httpVersion: '1.1',
      rawHeaders: ['Host', 'x', 'Content-Length', '3', 'A', 'b c'],
      body: Buffer.from('abc'),
      remoteAddress: '192.0.2.1',
    });
  });

  it.each(['GET / HTTP/1.0\r\n\r\n', 'HEAD / HTTP/1.1\r\nContent-Length: 0\r\n\r\n'])('%j', (text) => {
    expect(read(text)).toMatchObject({ target: '/', body: Buffer.alloc(0) });
  });

  it('waits for the rest of a body', () => {
    expect(read('POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nab')).toBe('partial');
  });
});

describe('the short road leaves to Node', () => {
  const POST = 'POST / HTTP/1.1\r\nContent-Length: 3\r\n';

  it.each([
    ['an incomplete head', POST],
    ['more than one request', `${POST}\r\nabcG`],
    ['chunks', 'POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['chunks in any case', 'POST / HTTP/1.1\r\nContent-Length: 3\r\ntransfer-encoding: x\r\n\r\nabc'],
    ['an expectation', `${POST}Expect: 100-continue\r\n\r\nabc`],
    ['an upgrade', `${POST}Upgrade: h2c\r\n\r\nabc`],
    ['two lengths', `${POST}content-length: 3\r\n\r\nabc`],
    ['a length that is no number', 'POST / HTTP/1.1\r\nContent-Length: 0x3\r\n\r\nabc'],
    ['a negative length', 'POST / HTTP/1.1\r\nContent-Length: -3\r\n\r\nabc'],
    ['no length', 'POST / HTTP/1.1\r\n\r\n'],
    ['a GET with a body', 'GET / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc'],
    ['another method', 'PUT / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc'],
    ['LF alone', 'POST / HTTP/1.1\nContent-Length: 3\n\nabc'],
    ['LF within', `${POST}A: b\nC: d\r\n\r\nabc`],
    ['CR within', `${POST}A: b\rC: d\r\n\r\nabc`],
    ['a folded header', `${POST}A: b\r\n c\r\n\r\nabc`],
    ['a blank before a colon', `${POST}A : b\r\n\r\nabc`],
    ['a blank in the target', 'POST /a b HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc'],
    ['raw UTF-8 in the target', 'POST /\xe0 HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc'],
    ['a control character', `${POST}A: \x01\r\n\r\nabc`],
    ['a line that is no header', `${POST}rubbish\r\n\r\nabc`],
    ['another version', 'GET / HTTP/1.2\r\n\r\n'],
    ['line ends in front', '\r\nGET / HTTP/1.1\r\n\r\n'],
  ])('%s', (_, text) => {
    expect(read(text)).toBeNull();
  });

  it('what is over a limit', () => {
    const text = 'POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc';
    expect(read(text, { ...LIMITS, maxBodyBytes: 2 })).toBeNull();
    expect(read(text, { ...LIMITS, maxHeaderBytes: 20 })).toBeNull();
    expect(read(`POST / HTTP/1.1\r\nContent-Length: ${SHORT_ROAD_BYTES}\r\n\r\n`)).toBeNull();
  });
});

describe('both roads read the same', () => {
  const value = fc.string({ unit: fc.constantFrom(...'ab:=%,"\t \xa0\xff'), maxLength: 12 });
  const name = fc.constantFrom(
    'A',
    'Content-Type',
    'x-y',
    'request_code',
    'Connection',
    'Host',
    'a!#$%&*+.^_`|~',
  );
  const request = fc
    .record({
      method: fc.constantFrom('GET', 'POST', 'HEAD'),
      target: fc.string({ unit: fc.constantFrom(...'ab/?&=%.:#'), maxLength: 20 }),
      version: fc.constantFrom('1.0', '1.1'),
      headers: fc.array(fc.tuple(name, value), { maxLength: 6 }),
      body: fc.string({ unit: fc.constantFrom('a', '\t', '\r\n', '\0', '\xff'), maxLength: 20 }),
    })
    .map(({ method, target, version, headers, body }) => {
      const lines = headers.map(([key, text]) => `${key}:${text}`);
      const sent = method === 'POST' ? body : '';
      const length = method === 'POST' ? [`Content-Length: ${sent.length}`] : [];
      return `${[`${method} /${target} HTTP/${version}`, ...lines, ...length].join('\r\n')}\r\n\r\n${sent}`;
    });

  it('whatever the short road takes', async () => {
    await fc.assert(
      fc.asyncProperty(request, async (text) => {
        const short = read(text);
        expect(short).not.toBe('partial');
        if (short === null || short === 'partial') return;
        expect({ ...short, remoteAddress: '' }).toEqual(await readByNode(text));
      }),
      { numRuns: 100 },
    );
  });

  function readByNode(text: string): Promise<RawRequest> {
    return new Promise((resolve, reject) => {
      const node = createServer({ requireHostHeader: false, insecureHTTPParser: true });
      node.on('clientError', reject);
      node.on('request', (incoming, response) => {
        const { method = '', url: target = '', httpVersion, rawHeaders } = incoming;
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('end', () => {
          response.end();
          node.close();
          node.closeAllConnections();
          const body = Buffer.concat(chunks);
          resolve({ method, target, httpVersion, rawHeaders, body, remoteAddress: '' });
        });
      });
      node.listen(0, '127.0.0.1', () => {
        const socket = connect((node.address() as AddressInfo).port, '127.0.0.1');
        socket.on('error', () => undefined);
        socket.end(text, 'latin1');
      });
    });
  }
});
