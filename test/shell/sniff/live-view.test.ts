import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createLiveView } from '../../../src/lib/shell/sniff/live-view.js';
import type { Explained } from '../../../src/lib/sniff/explained.js';

const MIB = 'x'.repeat(1024 * 1024);
/** What may wait, and one block more. */
const MOST = 17;

/** A pipe whose reader takes something only when told to, and a view on it that writes a MiB for each exchange. */
function setUp() {
  const taken: string[] = [];
  const waiting: (() => void)[] = [];
  const stream = new Writable({
    decodeStrings: false,
    write(chunk: string, _, done) {
      waiting.push(() => {
        taken.push(chunk);
        done();
      });
    },
  });
  const written: string[] = [];
  const show = (explained: Explained): void => {
    if (explained.kind === 'end') return;
    const text = explained.kind === 'notice' ? explained.notice.message : MIB;
    written.push(text);
    stream.write(text);
  };
  const view = createLiveView({ stream, show, nowMs: () => 1_000 });
  const read = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      next();
      await new Promise(setImmediate);
    }
  };
  return { stream, view, read, written, taken, notes: () => written.filter((text) => text !== MIB) };
}

const EXCHANGE = { kind: 'exchange' } as Explained;
const END = { kind: 'end', sentence: null } as Explained;
const FOREIGN = { kind: 'foreign' } as Explained;

describe('what passes, on a pipe', () => {
  it('is all shown while somebody reads', async () => {
    const { view, read, written, notes } = setUp();
    for (let i = 0; i < 10; i += 1) {
      view.show(EXCHANGE);
      await read();
    }
    view.settle();
    await read();
    expect(written).toHaveLength(10);
    expect(notes()).toEqual([]);
  });

  it('is left out while too much waits, and counted once it was read', async () => {
    const { stream, view, read, taken, notes } = setUp();
    for (let i = 0; i < 100; i += 1) for (const one of [EXCHANGE, END]) view.show(one);
    expect(stream.writableLength).toBe(MOST * MIB.length);
    await read();
    expect(taken).toHaveLength(MOST + 1);
    expect(notes()).toEqual([
      expect.stringMatching(/not read for a while: 83 exchanges are not shown here\./),
    ]);
    view.show(EXCHANGE);
    await read();
    view.settle();
    expect(taken).toHaveLength(MOST + 2);
  });

  it('is told of by kind, and before the last words even where nobody reads', () => {
    const { view, notes } = setUp();
    for (let i = 0; i < MOST; i += 1) view.show(EXCHANGE);
    for (const one of [EXCHANGE, FOREIGN, END]) view.show(one);
    expect(notes()).toEqual([]);
    view.settle();
    view.settle();
    expect(notes()).toEqual([expect.stringContaining(': 1 exchange and 1 note are not shown here.')]);
  });
});
