import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCaseWriter } from '../../src/lib/sniff/case-folder.js';
import { createExplainer } from '../../src/lib/sniff/explain.js';
import { openSaver } from '../../src/lib/sniff/saver.js';
import { createScrubber } from '../../src/lib/sniff/scrub.js';
import { loadWireCases } from '../support/wire-case.js';
import { connectionOf, exchangeOf, explainerParts, replyOf, START_MS, wireCases } from './observations.js';
import { conversationsOf, readPcapng } from './pcapng.js';

/** The same traffic, captured twice: at another time, on other connections, with other replies' dates. */
const folder = mkdtempSync(join(tmpdir(), 'hip-stable-'));
const HOUR_MS = 3_600_000;
/** Answers to these hold the time of day, and tell it to the device. */
const TELLS_TIME = /^(?:cdata-type-time|rtdata|v3-rtdata|poll-clock)/;
/** What is no HTTP: a text, a binary, and the rest of a request that was cut. */
const FOREIGN = [
  'RTLOG:1\tname=Somchai\tpass=Q0FOQVJZ\r\n',
  '\x55\xaa\x01\x80\0\0Somchai\0',
  'mchai\tDemo\nSomchai',
];
/** All that hold something to be found, and some of the others. */
const cases = wireCases
  .filter(({ name }) => !TELLS_TIME.test(name))
  .filter(({ expect: { nowhere } }, i) => nowhere !== undefined || i % 3 === 0);

beforeAll(async () => {
  for (const [run, startMs] of [START_MS, START_MS + HOUR_MS].entries()) {
    const saver = openSaver({
      dir: join(folder, String(run)),
      keepsRaw: false,
      tell: (message) => expect.fail(message),
      writeCases(dir, written) {
        const explainer = createExplainer({ ...explainerParts(), withPremises: true });
        const scrubber = createScrubber();
        return createCaseWriter({ ...explainerParts(), dir, explainer, scrubber, written });
      },
    });
    for (const [i, { request }] of cases.entries()) {
      const atMs = startMs + i * (run + 1) * 100;
      const date = new Date(atMs).toUTCString();
      const headers = [['Date', date] as const, ['Set-Cookie', 'token=Q0FOQVJZ'] as const];
      const reply = replyOf({ status: 200, headers, body: Buffer.from('OK') }, atMs);
      const connection = connectionOf(i * (run + 1), atMs);
      saver.save(exchangeOf(request, { number: i + 1, atMs, connection, reply }));
    }
    for (const [i, text] of FOREIGN.entries()) {
      const connection = connectionOf(9_000 + i, startMs);
      const head = Buffer.from(text, 'latin1');
      saver.saveForeign({ kind: 'foreign', connection, atMs: startMs, head, isBehindHttp: i === 2 });
    }
    await saver.close();
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('two scrubbed captures of the same traffic', () => {
  it('are equal in everything but timing.json', () => {
    const [first, second] = ['0', '1'].map((run) => filesIn(join(folder, run)));
    expect([...first!.keys()]).toEqual([...second!.keys()]);
    expect(first!.size).toBeGreaterThan(cases.length * 4);
    const different = [...first!]
      .filter(([name, content]) => content !== second!.get(name))
      .map(([name]) => name);
    expect(different).toEqual([]);
  });

  it('hold nothing that the cases say must be nowhere, nor names, cookies and pictures', () => {
    const files = [...filesIn(join(folder, '0'))];
    const nowhere = cases.flatMap(({ expect: { nowhere: each = [] } }) => each);
    expect(nowhere.length).toBeGreaterThan(10);
    for (const secret of new Set([...nowhere, 'Q0FOQVJZ', 'Demo', 'สมชาย', 'Somchai'])) {
      const where = files.filter(([, content]) => content.includes(secret)).map(([name]) => name);
      expect(where, secret).toEqual([]);
    }
  });

  it('have in their raw file what their folders hold, and how the rest began', () => {
    const dir = join(folder, '0');
    const talks = conversationsOf(readPcapng(readFileSync(join(dir, 'capture.pcapng'))));
    expect(talks).toHaveLength(cases.length + FOREIGN.length);
    const everything = talks.map(({ fromDevice }) => fromDevice.toString('latin1'));
    for (const name of readdirSync(dir).filter((each) => /^\d{4}-/.test(each))) {
      const file = join(dir, name, 'request.body');
      const body = existsSync(file) ? readFileSync(file, 'latin1') : '';
      expect(
        everything.some((text) => text.includes(body)),
        name,
      ).toBe(true);
    }
    expect(everything.some((text) => text.startsWith('RTLOG:1\tname=xxxxxxx\t'))).toBe(true);
    expect(everything.some((text) => text.startsWith('\x55\xaa\x01'))).toBe(true);
  });

  it('hold no serial number of the original', () => {
    const serials = new Set(
      cases.flatMap(({ expect: { punches } }) => punches.map(({ deviceSn }) => deviceSn)),
    );
    const everything = [...filesIn(join(folder, '0'))].map(([, content]) => content).join('\n');
    for (const serial of serials) {
      if (serial.length < 6 || serial === 'HIP_DEVICE_1') continue;
      expect(everything.includes(serial), serial).toBe(false);
    }
  });

  it('are loaded as tests', () => {
    expect(loadWireCases(join(folder, '0')).length).toBe(cases.length);
  });
});

/** By name, as Latin-1 text. */
function filesIn(dir: string): Map<string, string> {
  const names = readdirSync(dir, { recursive: true, encoding: 'utf8' }).sort();
  const files = names.filter((name) => /\.(?:json|body|pcapng)$/.test(name) && !name.endsWith('timing.json'));
  return new Map(
    files.map((name) => [name, readFileSync(join(dir, name), name.endsWith('.pcapng') ? 'latin1' : 'utf8')]),
  );
}
