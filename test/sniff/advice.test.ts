import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RawRequest } from '../../src/lib/dialects/request.js';
import type { Observation, SniffedReply } from '../../src/lib/sniff/exchange.js';
import { createExplainer } from '../../src/lib/sniff/explain.js';
import type { Advice, Explained } from '../../src/lib/sniff/explained.js';
import { createSummary } from '../../src/lib/sniff/summary.js';
import { renderSummary } from '../../src/lib/sniff/view-summary.js';
import { connectionOf, exchangeOf, explainerParts, replyOf, START_MS } from './observations.js';

function explainAll(observations: readonly Observation[]): Explained[] {
  const explainer = createExplainer({ ...explainerParts(), isForwarded: true });
  return observations.map((observation) => explainer.explain(observation));
}

function adviceOn(observations: readonly Observation[]): Advice[] {
  return explainAll(observations).flatMap(({ advice }) => advice);
}

function silent(id: number, atSeconds: number, openSeconds = 10): Observation {
  const connection = connectionOf(id, START_MS + atSeconds * 1000);
  const atMs = connection.openedAtMs + openSeconds * 1000;
  const by = openSeconds < 1 ? 'device' : 'us';
  return { kind: 'end', connection, atMs, bytesIn: 0, bytesOut: 0, exchanges: 0, by };
}

function foreign(head: Uint8Array): Observation {
  return { kind: 'foreign', connection: connectionOf(1), atMs: START_MS, head, isBehindHttp: false };
}

function post(target: string, body: string, rawHeaders: readonly string[] = []): RawRequest {
  const method = body === '' ? 'GET' : 'POST';
  return {
    method,
    target,
    httpVersion: '1.1',
    rawHeaders,
    body: Buffer.from(body),
    remoteAddress: '192.0.2.20',
  };
}

function several(request: RawRequest, count: number, reply: SniffedReply | null = null): Observation[] {
  return Array.from({ length: count }, (_, i) => exchangeOf(request, { number: i + 1, reply }));
}

const ok = replyOf({ status: 200, headers: [], body: Buffer.from('OK: 1') });
const punch = post('/iclock/cdata?SN=A1&table=ATTLOG', '1\t2026-11-22 11:59:00\t0\t1\n');
const poll = post('/iclock/getrequest?SN=A1', '');
const fkPoll = (body: string) =>
  post('/', body, ['request_code', 'receive_cmd', 'dev_id', 'A1', 'dev_model', 'M']);

const SYMPTOMS: readonly (readonly [symptom: string, observations: Observation[], words: RegExp])[] = [
  [
    'silent',
    [silent(1, 0), silent(2, 11), silent(3, 22)],
    /^It connects every 11 s and sends nothing: .*Local or LAN/,
  ],
  ['silent', [silent(1, 0, 30)], /^It connects and sends nothing/],
  [
    'silent',
    [{ kind: 'notice', atMs: START_MS, message: '', silent: connectionOf(1) }],
    /^It connects and sends nothing/,
  ],
  ['port-check', [silent(1, 0, 0.1)], /port check/],
  ['tls', [foreign(Buffer.from('160301020001000001fc0303', 'hex'))], /Switch HTTPS off/],
  ['proxy', [foreign(Buffer.from('CONNECT cloud:443 HTTP/1.1\r\n'))], /Switch the proxy off/],
  ['socks', [foreign(Buffer.from([5, 1, 0]))], /SOCKS/],
  ['fk-tcp', [foreign(Buffer.from('55aa018000000000'.padEnd(32, '0'), 'hex'))], /HIP Premium Time/],
  ['fk-tcp-answer', [foreign(Buffer.from('aa550101000000000100', 'hex'))], /Internet/],
  ['zk-pull', [foreign(Buffer.from('5050827d08000000', 'hex'))], /port 4370/],
  ['http-reply', [foreign(Buffer.from('HTTP/1.1 200 OK\r\n'))], /--forward/],
  ['rtlog', [foreign(Buffer.from('RTLOG 1 2 3\r\n'))], /no dialect/],
  ['text', [foreign(Buffer.from('hello\r\n'))], /PUSH/],
  ['binary', [foreign(Buffer.from([1, 2, 3, 4, 200, 0]))], /PUSH/],
  ['unknown', [exchangeOf(post('/api/v2', '{"a":1}'))], /path behind the server address/],
  ['browser', [exchangeOf(post('/', '', ['User-Agent', 'Mozilla/5.0 Chrome/140 Safari/537']))], /open/],
  ['nameless', [exchangeOf(post('/iclock/cdata?table=ATTLOG', 'x'))], /serial number/],
  ['compressed', [exchangeOf({ ...punch, rawHeaders: ['Content-Encoding', 'gzip'] })], /compression/],
  ['encryption', [exchangeOf(post('/iclock/exchange?SN=A1&type=publickey', 'k'))], /encrypt/],
  ['only-polls', several(poll, 6), /Make one at the terminal/],
  ['clock', [exchangeOf(fkPoll('{"time":"20261122100000"}'))], /2 hours behind|120 minutes behind/],
  [
    'clock',
    [exchangeOf(post('/iclock/cdata?SN=A1&table=ATTLOG', '1\t2000-01-01 00:05:00\t0\t1\n'))],
    /punches of 2000-01-01: its clock was wrong/,
  ],
  [
    'only-polls',
    [0, 30_000, 60_000].map((ms) => exchangeOf(poll, { atMs: START_MS + ms })),
    /Make one at the terminal/,
  ],
  ['kept', several(punch, 3, replyOf({ status: 503, headers: [], body: Buffer.from('ERROR') })), /try again/],
  ['resend', several(punch, 3, ok), /fkReply/],
  ['refused', several(poll, 1, replyOf({ status: 404, headers: [], body: Buffer.from('') })), /404/],
  ['registering', several(post('/iclock/registry?SN=A1', 'DeviceType=acc'), 4), /registers again/],
  [
    'erased',
    [exchangeOf(post('/iclock/cdata?SN=A1&table=OPERLOG', 'OPLOG 23\t0\t2026-11-22 10:00:00\t0\t0\t0\t0\n'))],
    /deleted punches/,
  ],
];

describe('advice', () => {
  it.each(SYMPTOMS)('on "%s" is given once, in words', (symptom, observations, words) => {
    const given = adviceOn(observations).filter((one) => one.symptom === symptom);
    expect(given).toHaveLength(1);
    expect(given[0]!.text).toMatch(words);
  });

  it.each([...SYMPTOMS.map(([symptom]) => symptom), 'nobody', 'broken-off'])(
    'has a chapter on "%s" in the field guide',
    (symptom) => {
      const guide = readFileSync(join(import.meta.dirname, '../../docs/field-guide.md'), 'utf8');
      expect(guide).toMatch(new RegExp(`^### (?:\\S+ and )?${symptom}\\b`, 'm'));
    },
  );

  it('that ends something else says so before it says what to do, and names the road over files', () => {
    const given = [
      ...adviceOn([silent(1, 0), silent(2, 11)]),
      ...adviceOn([foreign(Buffer.from('aa55', 'hex'))]),
    ];
    for (const { text } of given) {
      expect(text.indexOf('can no longer download')).toBeGreaterThan(0);
      expect(text.indexOf('hip sync')).toBeGreaterThan(0);
      expect(text.indexOf('set its network mode')).toBeGreaterThan(text.indexOf('hip sync'));
    }
  });

  it('is not given to a terminal that works', () => {
    const handshake = post('/iclock/cdata?SN=A1&options=all', '');
    const observations = [
      exchangeOf(handshake),
      exchangeOf(punch, { reply: ok }),
      ...several(poll, 20),
      silent(9, 0),
      silent(10, 11),
    ];
    expect(adviceOn(observations)).toEqual([]);
  });
});

describe('the summary', () => {
  const style = { view: 'text' as const, color: false, width: 80, timeOfDay: () => '' };
  const summaryOf = (observations: readonly Observation[]) => {
    const summary = createSummary();
    for (const explained of explainAll(observations)) summary.add(explained);
    return summary.report();
  };

  it('tells per address the connections, bytes, dialect, serial number, firmware, punches and advice', () => {
    const connection = connectionOf(1);
    const end: Observation = {
      kind: 'end',
      connection,
      atMs: START_MS,
      bytesIn: 900,
      bytesOut: 300,
      exchanges: 3,
      by: 'device',
    };
    const info = post('/iclock/getrequest?SN=A1&INFO=Ver%202.0.12,1,2,3,192.0.2.20', '');
    const other = { ...connectionOf(7), remoteAddress: '192.0.2.99' };
    const report = summaryOf([
      exchangeOf(info, { connection }),
      exchangeOf(punch, { connection }),
      exchangeOf(punch, { connection }),
      end,
      { kind: 'foreign', connection: other, atMs: START_MS, head: Buffer.from('hello'), isBehindHttp: false },
    ]);
    expect(report.addresses).toMatchObject([
      {
        remoteAddress: '192.0.2.20',
        connections: 1,
        requests: 3,
        bytesIn: 900,
        bytesOut: 300,
        devices: [
          {
            deviceSn: 'A1',
            dialect: 'adms',
            firmware: 'Ver 2.0.12',
            punches: 1,
            lastPunch: '2026-11-22 11:59:00',
          },
        ],
      },
      {
        remoteAddress: '192.0.2.99',
        connections: 1,
        requests: 0,
        foreign: { text: 1 },
        advice: [{ symptom: 'text' }],
      },
    ]);
    const text = renderSummary(report, style);
    expect(text).toMatch(/A1 speaks adms, firmware Ver 2\.0\.12, 1 punch/);
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  it('says what to check when nobody came', () => {
    const report = summaryOf([]);
    expect(report.advice).toMatchObject([{ symptom: 'nobody' }]);
    expect(renderSummary(report, style)).toContain('Nobody connected.');
  });

  it('stays small however many addresses and devices come', () => {
    const summary = createSummary();
    const explainer = createExplainer(explainerParts());
    for (let i = 0; i < 1_500; i++) {
      const connection = { ...connectionOf(i), remoteAddress: `10.0.${i >> 8}.${i & 255}` };
      summary.add(explainer.explain({ ...silent(i, 0), connection } as Observation));
      summary.add(
        explainer.explain(
          exchangeOf(post(`/iclock/getrequest?SN=D${i}`, ''), { connection: connectionOf(i) }),
        ),
      );
    }
    const { addresses, otherAddresses } = summary.report();
    expect(addresses.length).toBe(500);
    expect(otherAddresses).toBeGreaterThan(0);
    expect(Math.max(...addresses.map(({ devices }) => devices.length))).toBe(200);
  });
});
