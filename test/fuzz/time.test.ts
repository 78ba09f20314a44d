import { describe, it } from 'vitest';
import { createWireRequest, type RawRequest } from '../../src/lib/dialects/request.js';
import { FileUnreadable } from '../../src/lib/formats/format.js';
import { createFormats } from '../../src/lib/formats/index.js';
import { examineHead, readHead } from '../../src/lib/listener/head.js';
import { bodyWithoutSecrets } from '../../src/lib/listener/secrets.js';
import { LISTENER_DEFAULTS } from '../../src/lib/listener/settings.js';
import { readWholeRequest } from '../../src/lib/listener/whole-request.js';
import { createWireRunner } from '../dialects/wire-run.js';
import { createContext, readAll } from '../formats/reading.js';
import { loadWireCases } from '../support/wire-case.js';
import { expectLinear } from './growth.js';
import { PLAN } from './plan.js';
import { SHAPES } from './shapes.js';

/** `npm test` takes another part of the shapes with each seed, `npm run test:fuzz` all of them. */
const PARTS = PLAN.isShort ? 10 : 1;
const shapes = SHAPES.filter((_, i) => i % PARTS === PLAN.seed % PARTS);

const BODY_BYTES = 16_384;
const LINE_BYTES = 8_192;

/** One request of each kind: what a body means hangs on these words of its head. */
const heads = [
  ...new Map(loadWireCases('test/wire').map(({ request }) => [kindOf(request), request])).values(),
];

function kindOf(raw: RawRequest): string {
  const { path, query, headers } = createWireRequest(raw);
  const words = ['table', 'type', 'tablename', 'page_id'].map((name) => query.get(name));
  return [raw.method === 'GET', path.replace(/\.aspx$/, ''), ...words, headers.get('request_code')]
    .join(' ')
    .toUpperCase();
}

/** As the dialects get it: bare, as the JSON of a frame, as a value in it, and as what is behind it. */
const WRAPPINGS: readonly ((body: Buffer) => Buffer)[] = [
  (body) => body,
  framed,
  (body) => framed(Buffer.concat([Buffer.from('{"user_id":"1","io_time":"'), body, Buffer.from('"}')])),
  (body) => framed(Buffer.concat([Buffer.from('{"log_array":['), body, Buffer.from(']}')])),
  (body) => Buffer.concat([framed(Buffer.from('{"log_array":"BIN_1","log_count":9}')), body]),
];

function framed(json: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(json.length);
  return Buffer.concat([length, json]);
}

describe('a dialect takes time in proportion to the body', () => {
  it.each(shapes)('$name', async (shape) => {
    for (const head of heads) {
      const isFk = head.rawHeaders.some((name) => /^request_code$/i.test(name));
      for (const wrap of isFk ? WRAPPINGS : WRAPPINGS.slice(0, 1)) {
        await expectLinear(`${head.method} ${head.target}`, BODY_BYTES, (bytes) => {
          createWireRunner()({ ...head, method: 'POST', body: wrap(shape.of(bytes)) });
        });
      }
    }
  });
});

describe('a dialect takes time in proportion to the head', () => {
  const { maxHeaderBytes } = LISTENER_DEFAULTS;
  it.each(shapes)('$name', async (shape) => {
    for (const head of heads) {
      await expectLinear(head.target, maxHeaderBytes / 8, (bytes) => {
        const text = shape.of(bytes).toString('latin1');
        const names = head.rawHeaders.map((word, i) => (i % 2 === 1 ? text : word));
        for (const target of [`${head.target}&x=${text}`, `${head.target}${text}`, `/${text}`]) {
          createWireRunner()({ ...head, target, rawHeaders: names });
        }
      });
    }
  });
});

describe('a format takes time in proportion to the file', () => {
  const formats = createFormats({ columns: { user: 1, time: 2 } }).filter(({ resumable }) => resumable);
  const TITLES =
    'รหัสที่เครื่อง,วัน/เวลา,emp_code,punch_time,Date,1,2\nNo\tMchn\tEnNo\tName\tMode\tIOMd\tDateTime\n';

  it.each(shapes)('$name', async (shape) => {
    for (const format of formats) {
      await expectLinear(format.name, LINE_BYTES, async (size) => {
        const line = shape.of(size);
        const titles = Buffer.from(TITLES);
        const bytes = Buffer.concat([titles, line, Buffer.from('\n1 1001 '), line, Buffer.from('x\n'), line]);
        try {
          await readAll(format, { fileName: 'a_attlog.dat', bytes }, createContext({ forced: true }));
        } catch (error) {
          if (!(error instanceof FileUnreadable)) throw error;
        }
      });
    }
  });
});

describe('the listener takes time in proportion to a head', () => {
  const limits = LISTENER_DEFAULTS;
  const heads: readonly ((run: string) => string)[] = [
    (run) => run,
    (run) => `GET ${run} HTTP/1.1\r\n\r\n`,
    (run) => `GET /${run}`,
    (run) => `GET / HTTP/1.1\r\nA: ${run}\r\n\r\n`,
    (run) => `GET / HTTP/1.1\r\n${run}: a\r\n\r\n`,
    (run) => `POST / HTTP/1.1\r\nContent-Length:${run}\r\n${run}\r\n\r\n`,
    (run) => `POST / HTTP/1.1\r\nA: b\r\n ${run}\r\n\t${run}`,
  ];

  it.each(shapes)('$name', async (shape) => {
    for (const head of heads) {
      await expectLinear('head', limits.maxHeaderBytes / 8, (size) => {
        const bytes = Buffer.from(head(shape.of(size).toString('latin1')), 'latin1');
        examineHead(bytes);
        readHead(bytes);
        readWholeRequest(bytes, limits);
      });
    }
  });

  it.each(shapes)('and to a body that goes to quarantine: $name', async (shape) => {
    await expectLinear('body', BODY_BYTES, (bytes) => void bodyWithoutSecrets(shape.of(bytes)));
  });
});
