import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/lib/config.js';
import { replayCapture } from '../../src/lib/shell/sniff/replay-app.js';
import { createCaseWriter } from '../../src/lib/sniff/case-folder.js';
import { createExplainer } from '../../src/lib/sniff/explain.js';
import { compareReplies, isCommand } from '../../src/lib/sniff/replay-compare.js';
import { createScrubber } from '../../src/lib/sniff/scrub.js';
import { connectionOf, exchangeOf, explainerParts, START_MS, wireCases } from './observations.js';

const folder = mkdtempSync(join(tmpdir(), 'hip-replay-test-'));
const loaded = loadConfig({ cwd: folder, env: {}, flags: { dataDir: folder, 'serve.timeZone': '+07:00' } });
const ownSetup = ['pathPrefix', 'plainDeviceSn', 'fkReply', 'statusMap', 'maxBodyBytes', 'utcOffsetMinutes'];
/** Requests that need no settings of their own; a body cut short is answered by nobody and by nothing. */
const cases = wireCases.filter(({ setup }) => !ownSetup.some((key) => key in setup));

beforeAll(async () => {
  for (const scrubber of [null, createScrubber()]) {
    const dir = join(folder, scrubber ? 'scrubbed' : 'raw');
    const explainer = createExplainer({ ...explainerParts(), withPremises: true });
    const writer = createCaseWriter({ ...explainerParts(), dir, explainer, scrubber });
    for (const [i, { request }] of cases.entries()) {
      const atMs = START_MS + i * 1000;
      const requestIsWhole = !isCutShort(request);
      // Three requests to a connection.
      const connection = connectionOf(Math.floor(i / 3), atMs);
      await writer.write({ ...exchangeOf(request, { number: i + 1, atMs, connection }), requestIsWhole });
    }
    await writer.close();
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

function isCutShort({ rawHeaders, body }: (typeof cases)[number]['request']): boolean {
  const at = rawHeaders.findIndex((name) => name.toLowerCase() === 'content-length');
  return at >= 0 && Number(rawHeaders[at + 1]) > body.length;
}

describe('a replay', () => {
  it.each(['raw', 'scrubbed'])(
    'of a %s capture finds no difference to the hip that explained it',
    async (dir) => {
      const settings = { dir: join(folder, dir), target: null, fast: true };
      const report = await replayCapture(loaded, settings);
      expect(report.different).toEqual([]);
      expect(report).toMatchObject({ cases: cases.length, commands: 0, notCompared: 0 });
    },
  );

  it('tells what is different, in words', async () => {
    const server = createServer((_, response) => response.writeHead(200, { 'X-Own': '1' }).end('OK\n'));
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const { port } = server.address() as AddressInfo;
    const first = join(folder, 'raw', '0001-adms-punches');
    const target = { host: '127.0.0.1', port, tls: false };
    const report = await replayCapture(loaded, { dir: first, target, fast: true });
    server.close();
    expect(report.different).toHaveLength(1);
    expect(report.different[0]!.differences.join('\n')).toMatch(/header not expected: "X-Own: 1"/);
    expect(report.different[0]!.differences.join('\n')).toMatch(/body has "OK"/);
  });

  it('says when there is nobody to play to', async () => {
    const settings = {
      dir: join(folder, 'raw'),
      target: { host: '127.0.0.1', port: 1, tls: false },
      fast: true,
    };
    await expect(replayCapture(loaded, settings)).rejects.toMatchObject({
      code: 'HIP_TARGET_UNREACHABLE',
    });
  });

  it('says when there is nothing to play, or it can not be read', async () => {
    const replayOf = (dir: string) => replayCapture(loaded, { dir, target: null, fast: true });
    const empty = mkdtempSync(join(folder, 'empty-'));
    await expect(replayOf(empty)).rejects.toMatchObject({ code: 'HIP_NOT_FOUND' });
    await expect(replayOf(join(folder, 'nowhere'))).rejects.toMatchObject({
      code: 'HIP_FILE_UNREADABLE',
      message: `There is no folder ${join(folder, 'nowhere')}.`,
    });
    writeFileSync(join(empty, 'request.json'), '{');
    await expect(replayOf(empty)).rejects.toMatchObject({ code: 'HIP_FILE_UNREADABLE' });
    expect(readFileSync(join(empty, 'request.json'), 'utf8')).toBe('{');
  });
});

describe('answers are compared', () => {
  const reply = (body: string, headers: [string, string][] = []) => ({
    status: 200,
    headers,
    body: Buffer.from(body),
  });

  it('without the time of day and what hangs on the connection', () => {
    const free: [string, string][] = [
      ['Connection', 'close'],
      ['Content-Length', '3'],
      ['Date', 'now'],
    ];
    expect(
      compareReplies(reply('DateTime=1,ServerTZ=+0700'), reply('DateTime=22,ServerTZ=+0700', free)),
    ).toEqual([]);
    expect(
      compareReplies(reply('Time=2026-11-22T12:00:00+07:00'), reply('Time=2026-11-23T01:00:01+07:00')),
    ).toEqual([]);
    const clock = (id: string, time: string) =>
      reply(`{"time":"${time}"}`, [
        ['cmd_code', 'SET_TIME'],
        ['trans_id', id],
      ]);
    expect(compareReplies(clock('1', '20261122120000'), clock('2', '20261122130000'))).toEqual([]);
  });

  it('to the letter elsewhere', () => {
    expect(compareReplies(reply('OK: 1'), reply('OK: 2'))).not.toEqual([]);
    expect(
      compareReplies(reply('', [['response_code', 'OK']]), reply('', [['Response_Code', 'OK']])),
    ).toHaveLength(2);
    expect(
      compareReplies(reply('DateTime=1,ServerTZ=+0700'), reply('DateTime=1,ServerTZ=+0800')),
    ).not.toEqual([]);
    expect(compareReplies(null, reply('OK'))).toHaveLength(1);
    expect(compareReplies(reply('OK'), null)).toHaveLength(1);
  });

  it('knowing a command that waits at the target', () => {
    expect(isCommand(reply('OK'), reply('C:1:INFO\n'))).toBe(true);
    expect(isCommand(reply('OK'), reply('OK: 1'))).toBe(false);
    const poll = reply('', [['response_code', 'ERROR_NO_CMD']]);
    expect(
      isCommand(
        poll,
        reply('', [
          ['response_code', 'OK'],
          ['cmd_code', 'GET_LOG_DATA'],
        ]),
      ),
    ).toBe(true);
  });
});
