import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ask, Client } from '../listener/support/client.js';
import { get, post, punchLine } from '../listener/support/requests.js';
import { startSniffing } from '../sniff/sniffing.js';
import { createProgram } from '../support/program.js';

/** 40 MiB of punches in all; as JSON, as they are shown, several times as much. */
const BODY = punchLine(1001).repeat(7_000);
const REQUESTS = 160;
/** Of what it takes when all of it is read. What was shown would be hundreds of MiB. */
const MOST_GROWTH_MIB = 120;

/** `/proc` tells what a process really takes. */
describe.runIf(process.platform === 'linux')('hip sniff whose output nobody reads', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hip-unread-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('goes on, leaves memory flat, and tells the reader who comes back what is missing', async () => {
    const program = await createProgram(folder, {});
    const save = join(folder, 'capture');
    const { sniffing, ports } = await startSniffing(program, ['--json', '--save', save]);
    const { stdout, pid } = sniffing.child;
    const device = await Client.open(ports[0] ?? 0);
    let sent = 0;
    const send = async (count: number): Promise<void> => {
      for (let i = 0; i < count; i += 1) {
        device.received = '';
        expect((await device.send(post(BODY)).waitForAnswer()).status).toBe(503);
        sent += 1;
      }
    };
    await send(20);
    const before = memoryMib(pid!);
    stdout?.pause();
    let most = 0;
    while (sent < REQUESTS) {
      await send(5);
      most = Math.max(most, memoryMib(pid!));
    }
    expect(most - before).toBeLessThan(MOST_GROWTH_MIB);

    stdout?.resume();
    const notes = (): { readonly notShown: number }[] =>
      linesOf(sniffing.output().stdout).flatMap(({ notice }) => (notice ? [notice] : []));
    await expect.poll(notes, { timeout: 20_000 }).toHaveLength(1);
    expect((await ask(ports[0] ?? 0, get('/iclock/getrequest?SN=TEST0001'))).status).toBe(200);
    await expect.poll(() => sniffing.output().stdout).toContain('/iclock/getrequest');
    device.destroy();
    await once(device.socket, 'close');
    sniffing.child.kill('SIGINT');
    expect(await sniffing.ended).toBe(0);

    const lines = linesOf(sniffing.output().stdout);
    const shown = lines.filter(({ kind }) => kind === 'exchange').length;
    expect(notes()).toHaveLength(1);
    expect(notes()[0]?.notShown).toBeGreaterThan(REQUESTS / 2);
    expect(shown + (notes()[0]?.notShown ?? 0)).toBe(sent + 1);
    expect(lines.at(-1)).toMatchObject({ addresses: [{ requests: sent + 1 }], saved: { cases: sent + 1 } });
    expect(readdirSync(save).filter((name) => /^\d{4}-/.test(name))).toHaveLength(sent + 1);
  }, 120_000);
});

interface Line {
  readonly kind?: string;
  readonly notice?: { readonly notShown: number };
}

function linesOf(text: string): Line[] {
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Line);
}

function memoryMib(pid: number): number {
  const kib = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Math.round(Number(kib) / 1024);
}
