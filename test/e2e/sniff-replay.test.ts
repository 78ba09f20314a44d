import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDialects } from '../../src/lib/dialects/index.js';
import { createCaseWriter } from '../../src/lib/sniff/case-folder.js';
import { createExplainer } from '../../src/lib/sniff/explain.js';
import { createScrubber } from '../../src/lib/sniff/scrub.js';
import { exchangeOf, explainerParts, START_MS, wireCases } from '../sniff/observations.js';
import { createProgram, type Program } from '../support/program.js';

/** What was saved, in the hands of the program itself: exit codes and what a person reads. */
const folder = mkdtempSync(join(tmpdir(), 'hip-sniff-replay-'));
const capture = join(folder, 'capture');
const names = [
  'handshake-att-speedface-v5l',
  'attlog-batch-50',
  'getrequest-idle',
  'glog-hs103-fp-out',
  'two-columns',
];
let program: Program;

beforeAll(async () => {
  program = await createProgram(folder, { clock: { autoSet: false } });
  const explainer = createExplainer({ ...explainerParts(), createDialects, withPremises: true });
  const writer = createCaseWriter({
    ...explainerParts(),
    dir: capture,
    explainer,
    scrubber: createScrubber(),
  });
  for (const [i, name] of names.entries()) {
    const { request } = wireCases.find((one) => one.name === name)!;
    await writer.write(exchangeOf(request, { number: i + 1, atMs: START_MS + i * 100 }));
  }
  await writer.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function run(args: readonly string[], input?: string | Buffer) {
  // The capture was made at UTC+7.
  const env = { ...process.env, TZ: 'Asia/Bangkok' };
  const child = spawn(process.execPath, program.words(['sniff', ...args]), { env });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  child.stdin.end(input);
  const code = await new Promise<number | null>((done) => child.once('close', done));
  return { code, stdout, stderr };
}

describe('hip sniff --replay', () => {
  it('ends with 0 where this hip answers as it did, with the pauses of the capture', async () => {
    const { code, stdout } = await run(['--replay', capture]);
    expect(stdout).toMatch(/^0001-adms-handshake {2}same$/m);
    expect(stdout).toMatch(/5 requests to this hip: 5 answered as hip serve does\.$/m);
    expect(code).toBe(0);
  });

  it('ends with 4 where an answer differs, and says which and how', async () => {
    const changed = join(folder, 'changed');
    cpSync(capture, changed, { recursive: true });
    const file = join(changed, '0002-adms-punches', 'serve-reply.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace('OK: 50', 'OK: 51'));
    const { code, stdout } = await run(['--replay', changed, '--fast']);
    expect(stdout).toMatch(/^0002-adms-punches\n {4}body lacks "OK: 51"\n {4}body has "OK: 50"$/m);
    expect(code).toBe(4);
    const json = await run(['--replay', changed, '--fast', '--json']);
    expect(JSON.parse(json.stdout)).toMatchObject({
      cases: 5,
      same: 4,
      different: [{ name: '0002-adms-punches' }],
    });
    expect(json.code).toBe(4);
  });

  it('ends with 3 where nobody listens, and with 2 where there is nothing to play', async () => {
    const unreachable = await run(['--replay', capture, '--fast', '--target', 'http://127.0.0.1:1']);
    expect(unreachable).toMatchObject({ code: 3, stderr: expect.stringContaining('http://127.0.0.1:1') });
    expect(await run(['--replay', join(folder, 'nowhere')])).toMatchObject({ code: 2 });
    expect(await run(['--replay', capture, '--port', '1'])).toMatchObject({ code: 2 });
  });

  it('plays against a running hip serve', async () => {
    const serve = await program.serve();
    const { code, stdout } = await run(['--replay', capture, '--fast', '--target', program.target, '--json']);
    serve.child.kill('SIGINT');
    await serve.ended;
    // Its zone is that of this machine.
    const { different } = JSON.parse(stdout) as { different: { name: string; differences: string[] }[] };
    const lines = different.flatMap(({ differences }) => differences);
    expect(lines.filter((line) => !line.includes('TimeZone='))).toEqual([]);
    expect(code).toBe(different.length > 0 ? 4 : 0);
  });
});

describe('hip sniff --decode', () => {
  it('explains a saved folder, and a body from the input', async () => {
    const { code, stdout } = await run(['--decode', capture]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/fkweb/);
    expect(stdout).toMatch(/It sends 50 punches\./);
    const body = await run(['--decode', '-', '--json'], '1\t2026-11-22 11:59:00\t0\t1\n');
    const lines = body.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.at(-1)).toEqual({ requests: 1, punches: 1 });
    expect(lines.at(-2)).toMatchObject({ kind: 'exchange', what: 'punches' });
  });
});
