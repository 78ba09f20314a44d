import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { decode } from '../../src/lib/sniff/decode.js';
import { createExplainer } from '../../src/lib/sniff/explain.js';
import type { Explained, ExplainedExchange } from '../../src/lib/sniff/explained.js';
import { renderHttp } from '../support/wire-case.js';
import { explainerParts, START_MS, wireCases } from './observations.js';

const dir = mkdtempSync(join(tmpdir(), 'hip-decode-'));
afterAll(() => rmSync(dir, { recursive: true }));

async function decoded(path: string, input: string | Uint8Array = ''): Promise<Explained[]> {
  const readInput = async (): Promise<Uint8Array> => Buffer.from(input as string);
  const observations = await decode({ path, readInput, nowMs: START_MS });
  const explainer = createExplainer(explainerParts());
  return observations.map((one) => explainer.explain(one));
}

function file(name: string, content: string | Uint8Array): string {
  const path = join(dir, name);
  writeFileSync(path, content);
  return path;
}

const exchangesIn = (all: readonly Explained[]) =>
  all.filter((one): one is ExplainedExchange => one.kind === 'exchange');

describe('hip sniff --decode', () => {
  it('reads HTTP as it was on the wire, several requests in one file', async () => {
    const names = ['attlog-batch-50', 'attlog-chunked-request', 'glog-hs103-fp-out', 'two-columns'];
    const cases = names.map((name) => wireCases.find((one) => one.name === name)!);
    const path = file(
      'several.http',
      Buffer.concat(cases.map(({ request }) => Buffer.from(renderHttp(request)))),
    );
    const found = exchangesIn(await decoded(path));
    expect(found.map(({ dialect }) => dialect)).toEqual(['adms', 'adms', 'fkweb', 'plain']);
    for (const [i, one] of found.entries()) {
      expect(Buffer.compare(one.exchange.request.body, cases[i]!.request.body)).toBe(0);
    }
  });

  it('reads HTTP that went through an editor', async () => {
    const text = [
      'POST /iclock/cdata?SN=A1&table=ATTLOG HTTP/1.1',
      'Content-Length: 999',
      '',
      '1\t2026-11-22 11:59:00\t0\t1',
      '2\t2026-11-22 11:59:01\t0\t1',
      '',
      'GET /iclock/getrequest?SN=A1 HTTP/1.1',
      'Host: x',
      '',
    ].join('\n');
    const found = exchangesIn(await decoded(file('pasted.txt', text)));
    expect(found.map(({ what, punches }) => [what, punches.length])).toEqual([
      ['punches', 2],
      ['poll', 0],
    ]);
  });

  it('takes the framing off chunks, whatever became of their lengths', async () => {
    for (const end of ['\n', '\r\n']) {
      const head = ['POST /iclock/cdata?SN=A1&table=ATTLOG HTTP/1.1', 'Transfer-Encoding: chunked', '', ''];
      const text = `${head.join(end)}1a${end}1\t2026-11-22 11:59:00\t0\t1\n${end}0${end}${end}`;
      const found = exchangesIn(await decoded('-', text));
      expect(found).toMatchObject([{ what: 'punches', punches: [{ userId: '1' }], unread: [] }]);
    }
  });

  it('reads a request that is one line', async () => {
    for (const end of ['\n\n', '\r\n\r\n', '\n']) {
      const found = exchangesIn(await decoded('-', `GET /iclock/getrequest?SN=A1 HTTP/1.1${end}`));
      expect(found).toMatchObject([{ what: 'poll' }]);
    }
  });

  it.each([
    ['1\t2026-11-22 11:59:00\t0\t1\n', 'adms', 'punches'],
    ['OPLOG 4\t0\t2026-11-22 11:59:00\t0\t0\t0\t0\n', 'adms', 'operlog'],
    ['ID=1&Return=0&CMD=INFO\n', 'adms', 'result'],
    ['~DeviceName=X,FWVersion=Ver 1,IPAddress=192.0.2.1', 'adms', 'options'],
    [
      'time=2026-11-22 11:59:00\tpin=7\tcardno=0\teventaddr=1\tevent=0\tinoutstatus=0\tverifytype=1\tindex=1\n',
      'adms-security',
      'punches',
    ],
    ['{"userId":"1","time":"20261122115900","ioMode":1,"verifyMode":"FP"}', 'fkweb', 'punch'],
    ['{"fk_name":"Gate","fk_time":"20261122115900"}', 'fkweb', 'poll'],
  ])('guesses what a bare body is, and says that it is a guess: %j', async (body, dialect, what) => {
    const all = await decoded('-', body);
    expect(all[0]).toMatchObject({ kind: 'notice' });
    expect(all[1]).toMatchObject({ dialect, what });
  });

  it('knows every punch of the wire cases by its body alone', async () => {
    const bodies = wireCases.filter(({ expect: { punches }, dialect, name }) => {
      return (
        punches.length > 0 &&
        (dialect === 'fkweb' ? /^glog-hs/.test(name) : dialect === 'adms' && /^attlog/.test(name))
      );
    });
    expect(bodies.length).toBeGreaterThan(40);
    for (const { name, request, setup } of bodies) {
      // A later part of something.
      if (setup.after !== undefined || /chunk|block/.test(name)) continue;
      const [found] = exchangesIn(await decoded('-', request.body));
      expect(found?.punches.length ?? 0, name).toBeGreaterThan(0);
    }
  });

  it('reads a case folder, its request.json, and a folder of cases', async () => {
    const source = wireCases.find(({ name }) => name === 'attlog-batch-50')!;
    for (const path of [source.folder, join(source.folder, 'request.json')]) {
      expect(exchangesIn(await decoded(path))).toMatchObject([{ what: 'punches', dialect: 'adms' }]);
    }
    expect(exchangesIn(await decoded(join(source.folder, '..'))).length).toBeGreaterThan(100);
  });

  it('shows what nobody knows as what it begins with', async () => {
    expect(await decoded('-', Buffer.from([0x55, 0xaa, 1, 0x80]))).toMatchObject([
      { kind: 'foreign', what: 'fk-tcp' },
    ]);
  });

  it('says what it can not read', async () => {
    await expect(decoded(join(dir, 'nowhere'))).rejects.toMatchObject({
      code: 'HIP_FILE_UNREADABLE',
      message: `There is no file or folder ${join(dir, 'nowhere')}.`,
    });
    await expect(decoded('-', '')).rejects.toMatchObject({ code: 'HIP_NOT_FOUND' });
    mkdirSync(join(dir, 'empty'));
    await expect(decoded(join(dir, 'empty'))).rejects.toMatchObject({ code: 'HIP_NOT_FOUND' });
  });
});
