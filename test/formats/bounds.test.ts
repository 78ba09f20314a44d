import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import type { FileSource, Format } from '../../src/lib/formats/format.js';
import { createHead, HEAD_BYTES } from '../../src/lib/formats/head.js';
import { createFormats } from '../../src/lib/formats/index.js';
import { bytesOf, createContext, readAll } from './reading.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const MEGABYTE = 1_048_576;
const textFormats = createFormats({ columns: { user: 1, time: 2 } }).filter((format) => format.resumable);
const byName = new Map(textFormats.map((format) => [format.name, format]));

/** `times` copies of a block, made as they are asked for. */
function repeating(fileName: string, block: Uint8Array, times: number): FileSource {
  const sizeBytes = block.length * times;
  return {
    fileName,
    head: createHead(block.subarray(0, HEAD_BYTES), sizeBytes),
    sizeBytes,
    still: false,
    async *open(offsetBytes) {
      for (let at = offsetBytes; at < sizeBytes; at += block.length - (at % block.length)) {
        yield block.subarray(at % block.length);
      }
    },
  };
}

/** Heap in use at each eighth of a reading; what is warmed up on the way settles in the first ones. */
async function heapOver(format: Format, source: FileSource): Promise<{ heaps: number[]; punches: number }> {
  const heaps: number[] = [];
  let punches = 0;
  for await (const chunk of format.read(source, createContext())) {
    punches += chunk.punches.length;
    if (chunk.checkpoint.offsetBytes > (source.sizeBytes / 8) * heaps.length) heaps.push(heapInUse());
  }
  return { heaps, punches };
}

function heapInUse(): number {
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

describe('memory', () => {
  it('does not grow with the lines of a file', async () => {
    const row = (number: number): string => `${number} ${1000 + number} 15/01/2569 17:05:09 FP IN\r\n`;
    const block = bytesOf(Array.from({ length: 20_000 }, (_, number) => row(number)).join(''));
    const { heaps, punches } = await heapOver(byName.get('hip-alog')!, repeating('a.txt', block, 16));
    expect(punches).toBe(320_000);
    expect(heaps[7]! - heaps[2]!).toBeLessThan(MEGABYTE / 4);
  });

  it('does not grow with the length of a line that never ends', async () => {
    const source = repeating('a.txt', bytesOf('x'.repeat(MEGABYTE)), 200);
    const before = heapInUse();
    for await (const chunk of byName.get('hip-alog')!.read(source, createContext())) {
      expect(chunk.pendingTail?.text.length).toBeLessThan(MEGABYTE);
    }
    expect(heapInUse() - before).toBeLessThan(3 * MEGABYTE);
  });
});

describe('time', () => {
  const LENGTH = 60_000;
  const HOSTILE = [
    '1 ',
    '1',
    ' ',
    '\t',
    '"',
    '",',
    '"a""',
    ',',
    '1/1/26 ',
    '1:1 ',
    '15/01/2026 ',
    '07:58:12 ',
    '๑',
    '-',
    '1 1001 15/01/2026 07:58:12 AM A ',
    'A+',
    '#',
    'EnNo\t',
    'Date Export ',
  ];

  it.each(textFormats.map((format) => [format.name, format] as const))(
    '%s takes long lines in its stride',
    async (_, format) => {
      for (const part of HOSTILE) {
        const line = part.repeat(LENGTH / part.length);
        const titles =
          'รหัสที่เครื่อง,วัน/เวลา,emp_code,punch_time,Date,1,2\nNo\tMchn\tEnNo\tName\tMode\tIOMd\tDateTime\n';
        const bytes = bytesOf(`${titles}${line}\n1 1001 ${line}\n${line}x\n`);
        const begin = process.cpuUsage();
        await readAll(format, { fileName: 'a_attlog.dat', bytes }, createContext({ forced: true }));
        const { user, system } = process.cpuUsage(begin);
        expect((user + system) / 1000, `${JSON.stringify(part)} in ms`).toBeLessThan(1000);
      }
    },
  );
});
