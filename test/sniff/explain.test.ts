import { describe, expect, it } from 'vitest';
import type { RawRequest } from '../../src/lib/dialects/request.js';
import { createExplainer } from '../../src/lib/sniff/explain.js';
import type { Explained, ExplainedExchange } from '../../src/lib/sniff/explained.js';
import { renderObservation } from '../../src/lib/sniff/view.js';
import { columnsOf, type ViewStyle, wrap } from '../../src/lib/sniff/view-layout.js';
import { fc } from '../support/property.js';
import { faultsOfPunches, faultsOfReply } from '../support/wire-case.js';
import { connectionOf, exchangeOf, explainerParts, replyOf, START_MS, wireCases } from './observations.js';

/** Cases that say all that counts in the request itself. */
const alone = wireCases.filter(({ setup }) => Object.keys(setup).length === 0);

function explainOne(request: RawRequest): ExplainedExchange {
  return createExplainer(explainerParts()).explain(exchangeOf(request)) as ExplainedExchange;
}

function styleOf(view: ViewStyle['view'], color = false): ViewStyle {
  return { view, color, width: 80, timeOfDay: (atMs) => new Date(atMs).toISOString().slice(11, 19) };
}

function rendered(explained: Explained): string {
  return (['text', 'hex', 'brief'] as const)
    .map((view) => renderObservation(explained, styleOf(view)) ?? '')
    .join('\n');
}

describe('an exchange is explained', () => {
  it('as the wire cases say: dialect, punches, and the answer of hip serve', () => {
    for (const { name, request, expect: wanted, dialect } of alone) {
      const at = request.rawHeaders.findIndex((header) => header.toLowerCase() === 'content-length');
      if (at >= 0 && Number(request.rawHeaders[at + 1]) > request.body.length) continue;
      const explained = explainOne(request);
      expect(explained.dialect, name).toBe(wanted.dialect === undefined ? dialect : wanted.dialect);
      expect(faultsOfPunches(wanted.punches, explained.punches.filter(isFirst)), name).toEqual([]);
      if (wanted.quarantined !== undefined) expect(explained.unread.length, name).toBe(wanted.quarantined);
      const { status, headers, body } = explained.serveReply!;
      if (explained.dialect === null) continue;
      const reply = { status, headers, body: new TextDecoder().decode(body) };
      expect(faultsOfReply(wanted, reply), name).toEqual([]);
    }
  });

  it.each([
    ['adms', 'handshake-att-speedface-v5l', 'handshake', /PUSH 2\.4\.1/],
    ['adms', 'getrequest-info-parameter', 'poll', /firmware and counts/],
    ['adms', 'attlog-batch-50', 'punches', /50 punches/],
    ['adms', 'operlog-oplog-spec', 'operlog', /Operation log/],
    ['adms', 'attphoto-cdata-nul', 'photo', /never kept/],
    ['adms', 'devicecmd-single', 'result', /1 command/],
    ['adms', 'options-facts', 'options', /about itself/],
    ['adms', 'userinfo-with-passwords', 'users', /nothing of it is kept/],
    ['adms', 'attlog-gzip', 'compressed', /refuses/],
    ['adms', 'attlog-missing-sn', 'nameless', /serial number/],
    ['adms-security', 'registry-acc', 'registration', /door controller/],
    ['adms-security', 'rtlog-granted-and-not', 'punches', /6 punches and 9/],
    ['adms-security', 'exchange', 'encryption', /encryption/],
    ['fkweb', 'glog-hs103-fp-out', 'punch', /a punch/],
    ['fkweb', 'poll-facts', 'poll', /command/],
    ['fkweb', 'enroll-plain-base64', 'enrolment', /nothing of it is kept/],
    ['fkweb', 'glog-photo-block-1', 'punch-part-1', /more follows/],
    ['fkweb', 'unknown-request-code', 'unknown', /request_code/],
    ['plain', 'two-columns', 'punches', /without a serial number/],
  ])('%s/%s is a %s, in words', (dialect, name, what, words) => {
    const found = wireCases.find((one) => one.dialect === dialect && one.name === name)!;
    const explained = explainOne(found.request);
    expect(explained.what).toBe(what);
    expect(explained.sentence).toMatch(words);
  });

  it('as broken off when it is not whole: nothing of it is read, and nothing is answered', () => {
    const { request } = wireCases.find(({ name }) => name === 'attlog-batch-50')!;
    const exchange = {
      ...exchangeOf({ ...request, body: request.body.subarray(0, 40) }),
      requestIsWhole: false,
    };
    const explained = createExplainer(explainerParts()).explain(exchange);
    expect(explained).toMatchObject({ dialect: 'adms', what: 'broken-off', punches: [], serveReply: null });
  });

  it('by what was seen before, and tells what a test of it alone would need', () => {
    const explainer = createExplainer({ ...explainerParts(), withPremises: true });
    const post = (target: string, body: string): RawRequest => ({
      method: body === '' ? 'GET' : 'POST',
      target: `/iclock/${target}`,
      httpVersion: '1.1',
      rawHeaders: ['Content-Length', String(body.length)],
      body: Buffer.from(body),
      remoteAddress: '192.0.2.20',
    });
    const explain = (request: RawRequest, number: number) =>
      explainer.explain(exchangeOf(request, { number })) as ExplainedExchange;
    expect(
      explain(post('cdata?SN=A1&table=ATTLOG&Stamp=77', '1\t2026-03-02 08:00:00\t0\t1\n'), 1).premise.device,
    ).toBeNull();
    const handshake = explain(post('cdata?SN=A1&options=all', ''), 2);
    expect(new TextDecoder().decode(handshake.serveReply!.body)).toContain('ATTLOGStamp=77\n');
    expect(handshake.premise.device?.stamps).toMatchObject({ ATTLOG: '77' });
  });
});

describe('whatever comes', () => {
  const anything: fc.Arbitrary<RawRequest> = fc.record({
    method: fc.constantFrom('GET', 'POST', 'HEAD', 'PUT', 'CONNECT', 'BREW'),
    target: fc.oneof(
      fc.constantFrom(
        '/',
        '//',
        '/iclock/cdata?SN=A1&table=ATTLOG',
        '/iclock/cdata?SN=A1&table=OPERLOG',
        '/iclock/x',
      ),
      fc.string({ unit: 'binary', maxLength: 40 }),
    ),
    httpVersion: fc.constantFrom('1.0', '1.1'),
    rawHeaders: fc.constantFrom(
      [],
      ['request_code', 'realtime_glog', 'dev_id', 'A1'],
      ['request_code', 'receive_cmd'],
    ),
    body: fc.uint8Array({ maxLength: 300 }),
    remoteAddress: fc.constant('192.0.2.20'),
  });

  it('nothing throws, no line is wider than the screen, and no control character reaches it', () => {
    const explainer = createExplainer(explainerParts());
    fc.assert(
      fc.property(anything, (request) => {
        const text = rendered(explainer.explain(exchangeOf(request)));
        expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
        for (const line of text.split('\n')) expect(columnsOf(line)).toBeLessThanOrEqual(80);
      }),
      { numRuns: 200 },
    );
  });

  it('no wire case shows more than 80 columns, nor colours untold', () => {
    const explainer = createExplainer(explainerParts());
    for (const [i, { name, request }] of wireCases.entries()) {
      const reply = replyOf({
        status: 503,
        headers: [['Content-Type', 'text/plain']],
        body: Buffer.from('ERROR'),
      });
      const text = rendered(explainer.explain(exchangeOf(request, { number: i + 1, reply })));
      const wide = text.split('\n').filter((line) => columnsOf(line) > 80 || line.includes('\u001b'));
      expect(wide, name).toEqual([]);
    }
  });

  it('no view shows a secret', () => {
    const canary = 'Q0FOQVJZ';
    const keys = ['Passwd', 'TMP', 'Content', 'Card', 'CommKey', 'Token', 'photo', 'FPTemplate1', 'authKey'];
    for (const table of ['OPERLOG', 'USERINFO', 'options', 'ATTLOG', 'rtlog', 'NEWTABLE']) {
      const body = Buffer.from(keys.map((key) => `USER PIN=1\t${key}=${canary}\tGrp=1\n`).join(''));
      const target = `/iclock/cdata?SN=A1&table=${table}&pushcommkey=${canary}`;
      const request = {
        ...wireCases[0]!.request,
        method: 'POST',
        target,
        rawHeaders: ['Cookie', `token=${canary}`],
        body,
      };
      expect(rendered(explainOne(request)), table).not.toContain(canary);
    }
    const json = {
      user_id: '1',
      io_time: '20260710080000',
      password: canary,
      log_image: canary.repeat(20),
      card: canary,
    };
    const body = Buffer.from(JSON.stringify(json));
    const rawHeaders = ['request_code', 'realtime_glog', 'dev_id', 'A1', 'dev_model', 'M', 'token', canary];
    const request = { ...wireCases[0]!.request, method: 'POST', target: '/', rawHeaders, body };
    const text = rendered(explainOne(request));
    expect(text).not.toContain(canary);
    expect(text).not.toContain(Buffer.from(canary).toString('hex').replace(/../g, '$& ').trim());
  });
});

describe('the views', () => {
  it('use colours when told to', () => {
    const explained = explainOne(wireCases.find(({ name }) => name === 'attlog-batch-50')!.request);
    expect(renderObservation(explained, styleOf('text', true))).toContain('\u001b[');
    expect(renderObservation(explained, styleOf('brief', true))).toContain('\u001b[');
  });

  it('count Thai by what stands on the line, and do not tear its letters apart', () => {
    expect(columnsOf('ที่')).toBe(1);
    expect(columnsOf('น้ำ')).toBe(2);
    const lines = wrap('ผู้ปฏิบัติงานที่เครื่องสแกนลายนิ้วมือ', 10);
    expect(lines.join('')).toBe('ผู้ปฏิบัติงานที่เครื่องสแกนลายนิ้วมือ');
    for (const line of lines) expect(line).not.toMatch(/^\p{M}/u);
  });

  it('break long targets where their parts end', () => {
    expect(wrap('a b c', 3)).toEqual(['a b', 'c']);
    expect(wrap('aa&bb&cc', 6)).toEqual(['aa&bb&', 'cc']);
  });

  it('show the end of a silent connection, and nothing for the end of a good one', () => {
    const explainer = createExplainer(explainerParts());
    const end = {
      kind: 'end' as const,
      connection: connectionOf(1),
      atMs: START_MS + 10_000,
      bytesOut: 0,
      by: 'us' as const,
    };
    const silent = explainer.explain({ ...end, bytesIn: 0, exchanges: 0 });
    expect(renderObservation(silent, styleOf('text'))).toContain('sent nothing');
    const good = explainer.explain({ ...end, bytesIn: 100, exchanges: 1 });
    expect(renderObservation(good, styleOf('text'))).toBeNull();
  });
});

/** A wire case names the punches that are new. */
function isFirst(
  punch: { userId: string; time: string },
  i: number,
  all: readonly { userId: string; time: string }[],
) {
  const key = (one: { userId: string; time: string }) => `${one.userId.replace(/^0+(?=\d)/, '')} ${one.time}`;
  return all.findIndex((one) => key(one) === key(punch)) === i;
}
