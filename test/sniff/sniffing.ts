import { expect, onTestFinished } from 'vitest';
import type { Program, Spawned } from '../support/program.js';

export interface Sniffing {
  readonly sniffing: Spawned;
  readonly ports: readonly number[];
}

/** The built `hip sniff` on free ports, until the test ends. */
export async function startSniffing(program: Program, args: readonly string[]): Promise<Sniffing> {
  const sniffing = program.spawn(['sniff', '--host', '127.0.0.1', '--port', '0', ...args]);
  onTestFinished(async () => {
    sniffing.child.kill('SIGKILL');
    await sniffing.ended;
  });
  const find = (): string | undefined =>
    /(?<=^Listening on port |^\{"kind":"listening".*"port":)[\d, ]+/.exec(sniffing.output().stdout)?.[0];
  await expect.poll(find, { timeout: 20_000 }).toBeDefined();
  return { sniffing, ports: (find() ?? '').split(',').map(Number) };
}
