import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ask } from '../listener/support/client.js';
import { post, punchLine } from '../listener/support/requests.js';
import { startSniffing } from '../sniff/sniffing.js';
import { createProgram } from '../support/program.js';

/** 256 KiB of punches; as JSON, which shows all of them, they are five times as long. */
const PUNCHES = post(punchLine(1001).repeat(7_000));
const READ = 5;
const UNREAD = 90;
/**
 * What may wait is 16 MiB of text; the rest is what the collector has not come to yet. Were all of it to wait, it would
 * be more than 200.
 */
const MOST_GROWTH_MIB = 140;

/** `/proc` tells what a process really takes. */
describe.runIf(process.platform === 'linux')('hip sniff whose output nobody reads', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hip-unread-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('goes on, leaves memory flat, and tells the reader who comes back what is missing', async () => {
    const program = await createProgram(folder, {});
    const save = join(folder, 'capture');
    const { sniffing, ports } = await startSniffing(program, ['--json', '--save', save, '--no-scrub']);
    const { stdout, pid } = sniffing.child;
    const shown = (): number => sniffing.output().stdout.match(/^{"kind":"exchange"/gm)?.length ?? 0;
    const notes = (): number[] =>
      [...sniffing.output().stdout.matchAll(/^{"kind":"notice".*"notShown":(\d+)/gm)].map(([, n]) =>
        Number(n),
      );
    // What it takes behind each; the lowest of many shows what it keeps, whenever the collector comes.
    const send = async (count: number): Promise<readonly number[]> => {
      const memory: number[] = [];
      for (let i = 0; i < count; i += 1) {
        expect((await ask(ports[0] ?? 0, PUNCHES)).status).toBe(503);
        memory.push(memoryMib(pid!));
      }
      return memory;
    };

    await send(READ);
    stdout?.pause();
    const memory = await send(UNREAD);
    const third = UNREAD / 3;
    const growth = Math.min(...memory.slice(-third)) - Math.min(...memory.slice(0, third));
    expect(growth).toBeLessThan(MOST_GROWTH_MIB);

    stdout?.resume();
    await expect.poll(notes, { timeout: 20_000, interval: 500 }).toHaveLength(1);
    await send(1);
    const missing = notes()[0] ?? 0;
    await expect.poll(shown, { timeout: 20_000, interval: 500 }).toBe(READ + UNREAD - missing + 1);
    sniffing.child.kill('SIGINT');
    expect(await sniffing.ended).toBe(0);

    expect(missing).toBeGreaterThan(UNREAD / 2);
    expect(notes()).toEqual([missing]);
    const all = READ + UNREAD + 1;
    const summary = sniffing.output().stdout.trimEnd().split('\n').at(-1) ?? '';
    expect(JSON.parse(summary)).toMatchObject({ addresses: [{ requests: all }], saved: { cases: all } });
    expect(readdirSync(save).filter((name) => /^\d{4}-/.test(name))).toHaveLength(all);
  }, 240_000);
});

function memoryMib(pid: number): number {
  const kib = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Math.round(Number(kib) / 1024);
}
