import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { HipError } from '../../src/lib/errors.js';
import type { SniffedExchange } from '../../src/lib/sniff/exchange.js';
import { openSaver } from '../../src/lib/sniff/saver.js';
import { connectionOf, exchangeOf, START_MS, wireCases } from './observations.js';
import { readPcapng } from './pcapng.js';

const CHUNK = { connection: connectionOf(1), fromDevice: true, atMs: START_MS };

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'hip-saver-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  return dir;
}

function exchange(number: number): SniffedExchange {
  return exchangeOf(wireCases[0]!.request, { number });
}

/** A writer that does what the test says with each exchange. */
function saverFor(dir: string, write: (number: number) => Promise<void> = async () => undefined) {
  const told: string[] = [];
  const written: number[] = [];
  let isClosed = false;
  const saver = openSaver({
    dir,
    keepsRaw: true,
    tell: (message) => told.push(message),
    writeCases: () => ({
      async write({ number }) {
        await write(number);
        written.push(number);
      },
      async close() {
        isClosed = true;
      },
    }),
  });
  return { saver, told, written, isClosed: () => isClosed };
}

describe('saving', () => {
  it('writes one case after the other, and all before it is closed', async () => {
    const dir = join(folder(), 'new', 'capture');
    const { saver, written, isClosed } = saverFor(dir, () => new Promise((resolve) => setImmediate(resolve)));
    saver.opened(connectionOf(1), '192.0.2.10');
    saver.passed(Buffer.from('abc'), CHUNK);
    for (const number of [1, 2, 3]) saver.save(exchange(number));
    saver.closed(connectionOf(1), START_MS + 1);
    expect(await saver.close()).toEqual({
      dir,
      cases: 3,
      rawFile: join(dir, 'capture.pcapng'),
      isIncomplete: false,
    });
    expect(written).toEqual([1, 2, 3]);
    expect(isClosed()).toBe(true);
    expect(
      readPcapng(readFileSync(join(dir, 'capture.pcapng')))
        .map(({ payload }) => `${payload}`)
        .join(''),
    ).toBe('abc');
  });

  it('ends for good with the first failure, told once', async () => {
    const full = Object.assign(new Error('no space left'), { code: 'ENOSPC' });
    const { saver, told, written } = saverFor(folder(), async (number) => {
      if (number === 2) throw full;
    });
    for (const number of [1, 2, 3, 4]) saver.save(exchange(number));
    expect(await saver.close()).toMatchObject({ cases: 1, isIncomplete: true });
    expect(written).toEqual([1]);
    expect(told).toEqual([expect.stringMatching(/Nothing more is saved to .*: the disk is full\./)]);
    expect(saver.whenReady()).toBeNull();
  });

  it('survives that its folder goes away', async () => {
    const dir = join(folder(), 'capture');
    const { saver, told } = saverFor(dir);
    rmSync(dir, { recursive: true });
    saver.opened(connectionOf(1), '192.0.2.10');
    await expect.poll(() => told).toEqual([expect.stringContaining('ENOENT')]);
    saver.passed(Buffer.from('abc'), CHUNK);
    expect(await saver.close()).toMatchObject({ isIncomplete: true });
    expect(existsSync(dir)).toBe(false);
  });

  it('lets connections wait when the disk is slow', async () => {
    let goOn: () => void = () => undefined;
    const { saver } = saverFor(folder(), () => new Promise((resolve) => (goOn = resolve)));
    const long = { ...exchange(1), requestBytes: new Uint8Array(9 * 1024 * 1024) };
    expect(saver.whenReady()).toBeNull();
    saver.save(long);
    const ready = saver.whenReady();
    expect(ready).not.toBeNull();
    await new Promise((resolve) => setImmediate(resolve));
    goOn();
    await ready;
    await saver.close();
  });

  it('says of an exchange that was too long to be kept that it is none of the cases', async () => {
    const { saver, told, written } = saverFor(folder());
    saver.save({ ...exchange(7), requestBytesCut: 1 });
    await saver.close();
    expect(written).toEqual([]);
    expect(told).toEqual([expect.stringContaining('#7')]);
  });

  it('mixes with nothing that is there', () => {
    const dir = folder();
    writeFileSync(join(dir, 'x'), '');
    expect(() => saverFor(dir)).toThrow(HipError);
    mkdirSync(join(dir, 'y'));
    expect(() => saverFor(join(dir, 'x', 'z'))).toThrow(/Can't write to the folder/);
    expect(readdirSync(dir)).toEqual(['x', 'y']);
  });

  it.runIf(process.platform === 'linux')('says so where no folder can be made', () => {
    expect(() => saverFor('/proc/capture')).toThrow(/Can't write to the folder \/proc\/capture/);
    expect(() => saverFor('/proc/new/capture')).toThrow(/Can't write to the folder/);
    expect(() => saverFor('/dev/null/capture')).toThrow(/Can't write to the folder/);
  });
});
