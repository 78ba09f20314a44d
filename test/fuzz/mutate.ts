import type { Dice } from '../faults/dice.js';

/** Things done to the bytes of a request, whole or body alone. Each takes and gives bytes of bounded length. */
type Mutation = (bytes: Buffer, dice: Dice, corpus: readonly Uint8Array[]) => Buffer;

const MOST_BYTES = 262_144;

/** @param corpus whole requests that others are spliced from */
export function mutate(bytes: Uint8Array, dice: Dice, corpus: readonly Uint8Array[]): Buffer {
  let mutated: Buffer = Buffer.from(bytes);
  // Mostly one or two: a request bent beyond recognition tests the first line of the parser only.
  for (let times = dice.oneOf([0, 0, 1, 1, 1, 2, 2, 4]); times > 0; times -= 1) {
    mutated = dice.oneOf(MUTATIONS)(mutated, dice, corpus).subarray(0, MOST_BYTES);
  }
  return mutated;
}

const LENGTHS = [
  ...['0', '1', '-1', '+5', '5, 5', '0x10', '1e3', '00000012', ' ', '', '12 13', '16777216', '16777217'],
  ...['4294967296', '9007199254740993', '99999999999999999999999', 'chunked', '٣'],
];

const HEADERS = [
  ...['Transfer-Encoding: chunked', 'Transfer-Encoding: gzip, chunked', 'Transfer-Encoding : chunked'],
  ...['Transfer-Encoding: identity', 'Transfer-Encoding:\tchunked', 'Content-Encoding: gzip', 'Host:'],
  ...['Content-Length: 0', 'Content-Length: 7', 'Expect: 100-continue', 'Expect: the-best', 'Upgrade: h2c'],
  ...['Connection: close', 'Connection: keep-alive, Upgrade', 'Connection: Content-Length', 'dev_id: \0'],
  ...[
    'request_code: realtime_glog',
    'request_code: receive_cmd',
    'request_code: send_cmd_result',
    'blk_no: 0',
  ],
  ...['blk_no: 2', 'blk_len: 99999999', 'trans_id: 1', 'cmd_return_code: OK', 'dev_id: ', ' folded: x'],
  ...['Content-Type: application/x-www-form-urlencoded', 'no header at all', ':', ': x', '\0', 'X: \xff\xfe'],
];

const TOKENS = [
  ...[
    '\0',
    '\r',
    '\n',
    '\r\n',
    '\r\n\r\n',
    '\n\n',
    '\t',
    ' ',
    '=',
    '&',
    '?',
    '%',
    '%00',
    '%ff',
    '%0d%0a',
    '//',
  ],
  ...['../', '"', '{', '[', '}', ']', ',', ':', '\\u0000', '\ufeff', '\xff', '\xc3\x28', '\xed\xa0\x80', '๙'],
  ...[
    '9999999999999999999999',
    '-1',
    '0',
    '1e309',
    'NaN',
    'null',
    'true',
    '0x7fffffff',
    '__proto__',
    'BIN_1',
  ],
  ...[
    'BIN_99999',
    '2569-13-40 25:61:61',
    '0000-00-00 00:00:00',
    '2026-02-30 12:00:00',
    'SN=',
    'table=ATTLOG',
  ],
  ...[
    'table=OPERLOG',
    'table=rtlog',
    'table=BIODATA',
    'Stamp=',
    'ID=1&Return=0&CMD=',
    'HTTP/1.1',
    'HTTP/9.9',
  ],
];

const MUTATIONS: readonly Mutation[] = [
  function flipBits(bytes, dice) {
    const flipped = Buffer.from(bytes);
    if (bytes.length === 0) return flipped;
    for (let times = dice.between(1, 8); times > 0; times -= 1) {
      const at = dice.between(0, bytes.length - 1);
      flipped[at] = flipped[at]! ^ (1 << dice.between(0, 7));
    }
    return flipped;
  },
  (bytes, dice) => bytes.subarray(0, dice.between(0, bytes.length)),
  (bytes, dice) => insert(bytes, dice, sliceOf(bytes, dice)),
  function remove(bytes, dice) {
    const [from, to] = rangeOf(bytes, dice);
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
  },
  (bytes, dice) => insert(bytes, dice, Buffer.from(dice.oneOf(TOKENS), dice.oneOf(['latin1', 'utf8']))),
  (bytes, dice) => insert(bytes, dice, randomBytes(dice)),
  /** The beginning of one case, the end of another. */
  function splice(bytes, dice, corpus) {
    const other = dice.oneOf(corpus);
    return Buffer.concat([
      bytes.subarray(0, dice.between(0, bytes.length)),
      other.subarray(dice.between(0, other.length)),
    ]);
  },
  (bytes, dice) =>
    withHead(bytes, (lines) => lines.toSpliced(dice.between(1, lines.length), 0, dice.oneOf(HEADERS))),
  (bytes, dice) => withHead(bytes, (lines) => [...lines, ...lines.slice(dice.between(1, lines.length))]),
  (bytes, dice) => withHead(bytes, (lines) => lines.toSpliced(dice.between(1, lines.length), 1)),
  (bytes, dice) =>
    withHead(bytes, (lines) =>
      lines.map((line) => (dice.between(0, 1) ? line.toUpperCase() : line.toLowerCase())),
    ),
  (bytes, dice) =>
    withHead(bytes, (lines) => [...lines, ...Array(dice.between(1, 300)).fill(dice.oneOf(HEADERS))]),
  (bytes, dice) => withHead(bytes, (lines) => withLength(lines, dice.oneOf(LENGTHS))),
  (bytes, dice) => withHead(bytes, (lines) => withLength(lines, String(dice.between(0, 2 * bytes.length)))),
  (bytes, dice) =>
    asText(bytes, (text) => text.replaceAll('\r\n', dice.oneOf(['\n', '\r', '\n\r', '\r\r\n']))),
  (bytes, dice) =>
    asText(bytes, (text) => text.replaceAll('\t', dice.oneOf([' ', '\t\t', ',', '\0', '\u000b']))),
  (bytes, dice) => asText(bytes, (text) => text.replace(/\d+/, dice.oneOf(TOKENS))),
  (bytes, dice) =>
    asText(bytes, (text) => text.replace(/=[^&\r\n]*/g, dice.oneOf(['=', '=%', '==', '=1', '=\0']))),
  /** Much of one kind: deep, long, wide. */
  function swell(bytes, dice) {
    const unit = dice.between(0, 1) ? sliceOf(bytes, dice) : Buffer.from(dice.oneOf(TOKENS), 'latin1');
    const times = dice.oneOf([10, 100, 1_000, 20_000]);
    return insert(bytes, dice, repeat(unit, times));
  },
  chunk,
];

/** The body in chunks, whose framing is often wrong. */
function chunk(bytes: Buffer, dice: Dice): Buffer {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return bytes;
  const head = withHead(bytes.subarray(0, end + 4), (lines) => [
    ...(dice.between(0, 3) ? lines.filter((line) => !/^content-length/i.test(line)) : lines),
    'Transfer-Encoding: chunked',
  ]);
  const parts: Buffer[] = [head];
  for (let at = end + 4; at < bytes.length; ) {
    const size = dice.between(1, 200);
    const told = dice.between(0, 15) ? Math.min(size, bytes.length - at).toString(16) : dice.oneOf(LENGTHS);
    const extension = dice.between(0, 9) ? '' : dice.oneOf([';', ';a=b', ' ', ';'.repeat(1_000)]);
    const close = dice.between(0, 15) ? '\r\n' : dice.oneOf(['', '\n', '\r', 'x\r\n']);
    parts.push(Buffer.from(`${told}${extension}\r\n`), bytes.subarray(at, at + size), Buffer.from(close));
    at += size;
  }
  parts.push(Buffer.from(dice.oneOf(['0\r\n\r\n', '0\r\n\r\n', '0\r\nX: y\r\n\r\n', '0', '', '-1\r\n\r\n'])));
  return Buffer.concat(parts);
}

/** The first line stays where it is. */
function withHead(bytes: Buffer, change: (lines: string[]) => readonly string[]): Buffer {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return bytes;
  const lines = change(bytes.toString('latin1', 0, end).split('\r\n'));
  return Buffer.concat([Buffer.from(lines.join('\r\n'), 'latin1'), bytes.subarray(end)]);
}

function withLength(lines: readonly string[], length: string): string[] {
  return [...lines.filter((line) => !/^content-length/i.test(line)), `Content-Length: ${length}`];
}

function asText(bytes: Buffer, change: (text: string) => string): Buffer {
  return Buffer.from(change(bytes.toString('latin1')), 'latin1');
}

function insert(bytes: Buffer, dice: Dice, inserted: Buffer): Buffer {
  const at = dice.between(0, bytes.length);
  return Buffer.concat([bytes.subarray(0, at), inserted, bytes.subarray(at)]);
}

function repeat(unit: Buffer, times: number): Buffer {
  if (unit.length === 0) return unit;
  return Buffer.alloc(Math.min(MOST_BYTES, unit.length * times), unit);
}

function sliceOf(bytes: Buffer, dice: Dice): Buffer {
  const [from, to] = rangeOf(bytes, dice);
  return bytes.subarray(from, to);
}

function rangeOf(bytes: Buffer, dice: Dice): readonly [from: number, to: number] {
  const from = dice.between(0, bytes.length);
  return [from, Math.min(bytes.length, from + dice.oneOf([1, 4, 20, 200]))];
}

function randomBytes(dice: Dice): Buffer {
  return Buffer.from(Array.from({ length: dice.between(1, 64) }, () => dice.between(0, 255)));
}
