import { describe, expect, it } from 'vitest';
import { renderFrame } from '../../src/lib/dialects/fkweb/frame.js';
import type { RawRequest } from '../../src/lib/dialects/request.js';
import type { SniffedExchange } from '../../src/lib/sniff/exchange.js';
import { createExplainer } from '../../src/lib/sniff/explain.js';
import type { ExplainedExchange } from '../../src/lib/sniff/explained.js';
import { createScrubber } from '../../src/lib/sniff/scrub.js';
import { scrubUserId, scrubWord } from '../../src/lib/sniff/scrub-names.js';
import { fc } from '../support/property.js';
import { exchangeOf, explainerParts, replyOf, START_MS, wireCases } from './observations.js';

const exchanges = wireCases.map(({ request }, i) =>
  exchangeOf(request, { number: i + 1, atMs: START_MS + i * 1000 }),
);

function scrubAll(all: readonly SniffedExchange[]): SniffedExchange[] {
  const scrubber = createScrubber();
  const scrubbed = [...all.flatMap((one) => scrubber.scrub(one)), ...scrubber.flush()];
  return scrubbed.sort((a, b) => a.number - b.number);
}

function explainAll(all: readonly SniffedExchange[]): ExplainedExchange[] {
  const explainer = createExplainer(explainerParts());
  return all.map((one) => explainer.explain(one) as ExplainedExchange);
}

describe('a scrubbed exchange', () => {
  const scrubbed = scrubAll(exchanges);

  it('is there for every one, with the same lengths', () => {
    expect(scrubbed.map(({ number }) => number)).toEqual(exchanges.map(({ number }) => number));
    const sizes = (all: readonly SniffedExchange[]) =>
      all.map(({ request, requestBytes }) => [
        request.target.length,
        request.body.length,
        requestBytes.length,
      ]);
    const names = wireCases.map(({ name }) => name);
    sizes(scrubbed).forEach((size, i) => {
      if (/chunk/.test(names[i]!)) return;
      const [target, body] = sizes(exchanges)[i]!;
      expect([names[i], ...size.slice(0, 2)]).toEqual([names[i], target, body]);
    });
  });

  it('means the same: dialect, punches, times, statuses, what is unread and what is dropped', () => {
    const shape = (one: ExplainedExchange, i: number) => ({
      name: wireCases[i]!.name,
      dialect: one.dialect,
      what: one.what,
      punches: one.punches.map(({ time, status, verify, workCode, suspect, userId }) => {
        return { time, status, verify, workCode: workCode?.length, suspect, length: userId.length };
      }),
      // A picture where lines belong is replaced like any other, and then is unreadable in another way.
      unread: one.unread.length > 0,
      skipped: one.skipped,
      dropped: one.dropped,
      results: one.commandResults.map(({ id, returnCode }) => ({ id, returnCode })),
      reply: [one.serveReply?.status, one.serveReply?.body.length],
    });
    const before = explainAll(exchanges).map(shape);
    const after = explainAll(scrubbed).map(shape);
    after.forEach((one, i) => {
      expect.soft(one).toEqual(before[i]);
    });
  });

  it('is the same every time', () => {
    expect(scrubAll(exchanges)).toEqual(scrubbed);
  });
});

/** Stands where a device would put a secret or a name. */
const CANARY = 'Q0FOQVJZU2VjcmV0';
const NAME = 'Somchai Jaidee';
const THAI_NAME = 'สมชาย ใจดี';

describe('what must not be kept', () => {
  const names = fc.constantFrom(NAME, THAI_NAME, 'Noy');
  const secretKey = fc.constantFrom(
    ...['Passwd', 'password', 'TMP', 'Tmp', 'Template', 'Content', 'Photo', 'Card', 'cardno', 'ViceCard'],
    ...['CommKey', '~CommKey', 'authKey', 'Token', 'FPTemplate1', 'IDNum', 'pushcommkey'],
  );
  const nameKey = fc.constantFrom('Name', 'name', 'UserName', 'user_name', 'Address');
  const line = fc
    .tuple(secretKey, nameKey, names, fc.constantFrom('USER ', 'FP ', 'user ', 'IDCARD ', ''))
    .map(([secret, key, name, tag]) => `${tag}PIN=42\t${secret}=${CANARY}\t${key}=${name}\tGrp=1`);
  const target = fc.constantFrom(
    ...['OPERLOG', 'USERINFO', 'BIODATA', 'IDCARD', 'options', 'ATTLOG', 'NEWTABLE', 'rtlog'].map(
      (table) => `/iclock/cdata?SN=CQZ7241900017&table=${table}`,
    ),
    ...[
      '/iclock/devicecmd?SN=CQZ7241900017',
      '/iclock/querydata?SN=CQZ7241900017&tablename=user',
      '/anything',
    ],
  );

  const kept = (all: readonly SniffedExchange[]): string =>
    all
      .flatMap(({ request, requestBytes, reply }) => [
        Buffer.from(request.target),
        Buffer.from(request.rawHeaders.join('\n')),
        Buffer.from(request.body),
        Buffer.from(requestBytes),
        Buffer.from(reply?.bytes ?? []),
        Buffer.from(reply?.rawHeaders.join('\n') ?? ''),
        Buffer.from(reply?.body ?? []),
      ])
      .map((bytes) => bytes.toString('utf8'))
      .join('\n');

  const expectClean = (text: string): void => {
    for (const secret of [CANARY, NAME, 'Jaidee', THAI_NAME, 'ใจดี', 'Noy', 'CQZ7241900017']) {
      expect(text).not.toContain(secret);
    }
  };

  const rawOf = (target: string, body: string | Uint8Array, more: readonly string[] = []): RawRequest => ({
    method: 'POST',
    target,
    httpVersion: '1.1',
    rawHeaders: ['Host', 'hip', 'Cookie', `token=${CANARY}`, 'Authorization', `Basic ${CANARY}`, ...more],
    body: Buffer.from(body as string),
    remoteAddress: '192.0.2.20',
  });

  it('in lines of any table, in headers, queries and replies', () => {
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 4 }), target, (lines, where) => {
        const reply = replyOf({
          status: 200,
          headers: [['Set-Cookie', `token=${CANARY}`]],
          body: Buffer.from(`GET OPTION FROM: CQZ7241900017\nC:1:DATA UPDATE USERINFO ${lines[0]}\n`),
        });
        const request = rawOf(
          `${where}&pushcommkey=${CANARY}`.replace('anything&', 'anything?'),
          `${lines.join('\n')}\n`,
        );
        expectClean(kept(scrubAll([exchangeOf(request, { reply })])));
      }),
      { numRuns: 100 },
    );
  });

  it('in messages of the FK family, in one piece and in parts cut anywhere', () => {
    const message = fc.record({
      name: names,
      photo: fc.uint8Array({ minLength: 20, maxLength: 200 }),
      cuts: fc.array(fc.integer({ min: 1, max: 400 }), { maxLength: 3 }),
      carrier: fc.constantFrom('frame', 'base64'),
    });
    fc.assert(
      fc.property(message, ({ name, photo, cuts, carrier }) => {
        const secret = Buffer.concat([Buffer.from(CANARY), photo, Buffer.from(CANARY)]);
        const json = {
          user_id: '4711',
          user_name: name,
          log_image: 'BIN_1',
          password: CANARY,
          enroll_data_array: [
            { backup_number: 10, enroll_data: 'BIN_2' },
            { backup_number: 0, enroll_data: CANARY },
          ],
        };
        const frame = renderFrame(json, [secret, Buffer.from(CANARY)]);
        const ends = [...new Set(cuts.filter((cut) => cut < frame.length))].sort((a, b) => a - b);
        const pieces = [...ends, frame.length].map((end, i) => frame.subarray(ends[i - 1] ?? 0, end));
        const exchanges = pieces.map((piece, i) => {
          const blockNo = i === pieces.length - 1 ? 0 : i + 1;
          const headers = [
            'request_code',
            'realtime_enroll_data',
            'dev_id',
            'CQZ7241900017',
            'trans_id',
            'RTEnrollDataAction',
          ];
          const body = carrier === 'base64' ? Buffer.from(Buffer.from(piece).toString('base64')) : piece;
          const encrypt = carrier === 'base64' ? ['encrypt', 'base64only'] : [];
          return exchangeOf(rawOf('/', body, [...headers, ...encrypt, 'blk_no', String(blockNo)]), {
            number: i + 1,
          });
        });
        const scrubbed = scrubAll(exchanges);
        expect(scrubbed.length).toBe(exchanges.length);
        const bytes = scrubbed.map(({ request }) =>
          carrier === 'base64' ? Buffer.from(Buffer.from(request.body).toString(), 'base64') : request.body,
        );
        expectClean(`${kept(scrubbed)}\n${Buffer.concat(bytes).toString('utf8')}`);
        const dropped = (all: readonly SniffedExchange[]) => explainAll(all).map((one) => one.dropped);
        expect(dropped(scrubbed)).toEqual(dropped(exchanges));
      }),
      { numRuns: 60 },
    );
  });
});

describe('a body of megabytes', () => {
  const many = (piece: string): string => piece.repeat(Math.ceil(2_000_000 / piece.length));

  it.each([
    ['a photo in JSON', `{"user_id":"1","photo":"${many('QUJD')}"}`],
    ['one word', many('a')],
    ['one number', many('7')],
    ['a text without its end', `{"a":"${many('x y ')}`],
    ['keys in keys', many('a=')],
  ])('of %s is scrubbed and explained', (_, text) => {
    for (const rawHeaders of [[], ['request_code', 'realtime_glog', 'dev_id', 'A1']]) {
      const request = {
        method: 'POST',
        target: '/iclock/cdata?SN=A1&table=ATTLOG',
        httpVersion: '1.1',
        rawHeaders,
      };
      const exchange = exchangeOf({ ...request, body: Buffer.from(text), remoteAddress: '192.0.2.20' });
      const [scrubbed] = scrubAll([exchange]);
      expect(scrubbed!.request.body.length).toBe(text.length);
      expect(explainAll([exchange, scrubbed!]).map(({ what }) => what)).not.toContain('failed');
    }
  });
});

describe('ids', () => {
  const digits = fc.stringMatching(/^0{0,3}[1-9]\d{0,9}$/);

  it('become others of the same length, one to one, padded with the same zeros', () => {
    const ids = Array.from({ length: 20_000 }, (_, i) => String(i + 1));
    const mapped = ids.map(scrubUserId);
    expect(new Set(mapped).size).toBe(ids.length);
    expect(mapped.map(({ length }) => length)).toEqual(ids.map(({ length }) => length));
    fc.assert(
      fc.property(digits, (id) => {
        const bare = id.replace(/^0+/, '');
        expect(scrubUserId(id)).toBe(id.slice(0, id.length - bare.length) + scrubUserId(bare));
        expect(scrubUserId(bare)).toMatch(/^[1-9]\d*$/);
      }),
    );
  });

  it('that fit into 32 bits still do', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 0xffffffff }), (word) => {
        expect(scrubWord(word)).toBeLessThanOrEqual(0xffffffff);
        expect(String(scrubWord(word))).toBe(scrubUserId(String(word)));
      }),
    );
  });

  it('of nobody stay', () => {
    expect(['0', '00000000', ''].map(scrubUserId)).toEqual(['0', '00000000', '']);
  });
});
