import { describe, expect, test } from 'vitest';
import { MAX_FRAGMENT_BYTES, splitFragments, Tally } from '../../../src/lib/dialects/iclock/tally.js';

const encode = (text: string) => new TextEncoder().encode(text);

describe('unreadable lines', () => {
  test('beyond a thousand are gathered into blocks, and every byte is there', () => {
    const tally = new Tally();
    const lines = Array.from({ length: 50_000 }, (_, i) => `bad line ${i}`);
    for (const line of lines) tally.addUnread('no time column', { text: line, bytes: null });
    const { unread, lines: units } = tally.finish();
    expect(tally.heard).toBe(50_000);
    expect(units).toBe(unread.length);
    expect(unread.length).toBeLessThan(1_100);
    for (const { bytes } of unread) expect(bytes.length).toBeLessThanOrEqual(MAX_FRAGMENT_BYTES);
    const kept = unread.map(({ bytes }) => new TextDecoder().decode(bytes).trimEnd()).join('\n');
    expect(kept).toBe(lines.join('\n'));
  });

  test('longer than a fragment are split, and each part says which it is', () => {
    const tally = new Tally();
    const line = 'x'.repeat(MAX_FRAGMENT_BYTES * 2 + 1);
    tally.addUnread('no time column', { text: line, bytes: null });
    const { unread, lines } = tally.finish();
    expect(unread.map(({ reason }) => reason)).toEqual([
      'no time column (part 1 of 3)',
      'no time column (part 2 of 3)',
      'no time column (part 3 of 3)',
    ]);
    expect(lines).toBe(3);
    expect(Buffer.concat(unread.map(({ bytes }) => bytes)).toString()).toBe(line);
  });
});

test('a fragment is a copy: the request may reuse its buffer', () => {
  const bytes = encode('abc');
  const [fragment] = splitFragments('reason', bytes);
  bytes[0] = 0;
  expect(fragment?.bytes).toEqual(encode('abc'));
});

test('what is dropped is summed by kind', () => {
  const tally = new Tally();
  tally.addDropped('photo', 10);
  tally.addDropped('photo', 5);
  tally.noteDropped('password', 3);
  expect(tally.finish()).toEqual({
    unread: [],
    skipped: 2,
    lines: 2,
    dropped: [
      { kind: 'photo', count: 2, bytes: 15 },
      { kind: 'password', count: 1, bytes: 3 },
    ],
  });
});
