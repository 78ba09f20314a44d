import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, Client } from '../listener/support/client.js';
import { get, post, punchLine } from '../listener/support/requests.js';
import { type Sniffing, startSniffing } from '../sniff/sniffing.js';
import { createProgram, type Program } from '../support/program.js';

const HANDSHAKE = get('/iclock/cdata?SN=TEST0001&options=all&pushver=2.4.1');
const PUNCH = post(punchLine(1001));

/** The built program, as a person runs it. */
describe('hip sniff', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hip-sniff-'));
  let program: Program;
  beforeAll(async () => {
    program = await createProgram(folder, {});
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const start = (...args: string[]): Promise<Sniffing> => startSniffing(program, args);

  it('lets a terminal go on talking, takes no punch, and sums up at the end', async () => {
    const { sniffing, ports } = await start();
    const port = ports[0]!;
    expect((await ask(port, HANDSHAKE)).body).toContain('GET OPTION FROM: TEST0001');
    expect((await ask(port, get('/iclock/getrequest?SN=TEST0001'))).body).toBe('OK');
    const refused = await ask(port, PUNCH);
    expect(refused.status).toBe(503);
    await expect.poll(() => sniffing.output().stdout).toMatch(/user 1001/);
    sniffing.child.kill('SIGINT');
    expect(await sniffing.ended).toBe(0);
    const { stdout, stderr } = sniffing.output();
    expect(stdout).toMatch(/127\.0\.0\.1\n +traffic +3 connections, 3 requests/);
    expect(stdout).toMatch(/TEST0001 speaks adms/);
    expect(stderr).toBe('');
    // What a sniffer sees is nobody's punch yet.
    expect(readdirSync(folder)).not.toContain('hip.db');
  });

  it('is a stream of JSON for programs, the summary last', async () => {
    const { sniffing, ports } = await start('--json');
    const port = ports[0]!;
    await ask(port, HANDSHAKE);
    await ask(port, PUNCH);
    sniffing.child.kill('SIGTERM');
    expect(await sniffing.ended).toBe(0);
    const lines = sniffing
      .output()
      .stdout.trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines[0]).toEqual({ kind: 'listening', addresses: [{ host: '127.0.0.1', port }] });
    const exchanges = lines.filter(({ kind }) => kind === 'exchange');
    expect(exchanges).toHaveLength(2);
    expect(exchanges.at(-1)).toMatchObject({
      dialect: 'adms',
      deviceSn: 'TEST0001',
      punches: [{ userId: '1001', time: '2026-11-20 08:00:00' }],
      reply: { status: 503 },
      serveReply: { status: 200, body: 'OK: 1' },
    });
    expect(lines.filter(({ kind }) => kind === 'end').length).toBeGreaterThan(0);
    expect(lines.at(-1)).toMatchObject({
      addresses: [{ remoteAddress: '127.0.0.1', requests: exchanges.length }],
    });
  });

  it('listens on several ports, and answers none of them when told to be silent', async () => {
    const { sniffing, ports } = await start('--port', '0', '--silent', '--brief');
    expect(new Set(ports).size).toBe(2);
    const device = await Client.open(ports[1]!);
    device.send(PUNCH);
    await expect.poll(() => sniffing.output().stdout).toMatch(/adms TEST0001 punches/);
    sniffing.child.kill('SIGINT');
    expect(await sniffing.ended).toBe(0);
    await device.waitForClose();
    expect(device.received).toBe('');
  });

  it('says what is wrong with ports, folders and targets before anything else', async () => {
    const { ports } = await start();
    const [port] = ports;
    const wrong = async (...args: string[]): Promise<[number | null, string]> => {
      const spawned = program.spawn(['sniff', '--host', '127.0.0.1', ...args]);
      return [await spawned.ended, spawned.output().stderr];
    };
    const used = join(folder, 'used');
    expect(await wrong('--port', String(port), '--save', used)).toEqual([
      2,
      expect.stringContaining('HIP_PORT_IN_USE'),
    ]);
    // What could not start leaves nothing behind that would be in the way.
    expect(readdirSync(used)).toEqual([]);
    expect(await wrong('--port', '0', '--save', folder)).toEqual([
      2,
      expect.stringContaining('HIP_FILE_EXISTS'),
    ]);
    expect(await wrong('--port', String(port), '--forward', `http://127.0.0.1:${port}`)).toEqual([
      2,
      expect.stringContaining('leads back'),
    ]);
    expect(await wrong('--forward', 'ftp://127.0.0.1')).toEqual([2, expect.stringContaining('no address')]);
    expect(await wrong('--forward', 'http://127.0.0.1/x')).toEqual([2, expect.stringContaining('a path')]);
  });
});
