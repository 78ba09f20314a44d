/** Input as an attacker would make it: so many bytes of one kind, chosen to make a reader go back and forth. */
export interface Shape {
  readonly name: string;
  of(bytes: number): Buffer;
}

export const UNITS: readonly string[] = [
  ...[
    '\t',
    '=',
    '9',
    '\r',
    '\n',
    '\r\n',
    '"',
    '""',
    '%',
    '%2',
    '&',
    ',',
    ' ',
    '\0',
    '\\',
    ':',
    '/',
    '-',
    '{',
    '[',
  ],
  ...[
    '{"a":',
    '[[],',
    '"a":1,',
    'a=1&',
    'a=b,',
    'pin=1\t',
    'PIN=1 ',
    'name=x\t',
    'pwd=',
    'pass=a1 ',
    'tmp=QUJD\t',
  ],
  ...[
    'QUJDREVGR0hJSktMTU5P',
    'ÿþ',
    '๙',
    '\xe0\xb8',
    'ID=1&Return=0&CMD=INFO\n',
    'OPLOG 4\t',
    'USER ',
    'FP PIN=1\n',
  ],
  ...[
    '~Key=1,',
    '2026-03-02 08:00:00',
    '2026-03-02 ',
    '1\t2026-03-02 08:00:00\t0\t1\n',
    '07:58 ',
    '1/1/26 ',
    '1 1 ',
  ],
  ...[
    'A+',
    'T1',
    'SN=',
    'S ',
    '# ',
    '#DeviceUID =',
    'LogCount=',
    '---',
    'BIN_1',
    '0000000000',
    '-1',
    '1e9',
    '(',
    '*',
  ],
];

const repeated: readonly Shape[] = UNITS.map((unit) => ({
  name: `${JSON.stringify(unit)} over and over`,
  of: (bytes) => Buffer.alloc(bytes, Buffer.from(unit, 'latin1')),
}));

const made: readonly Shape[] = [
  { name: 'nested objects', of: (bytes) => nested('{"a":', '1', '}', bytes) },
  { name: 'nested lists', of: (bytes) => nested('[', '1', ']', bytes) },
  { name: 'many keys', of: (bytes) => joined((i) => `"k${i}":${i}`, ',', bytes) },
  { name: 'many parameters', of: (bytes) => joined((i) => `k${i}=${i}`, '&', bytes) },
  { name: 'many facts', of: (bytes) => joined((i) => `~k${i}=${i}`, ',', bytes) },
  { name: 'many secrets', of: (bytes) => joined((i) => `pwd${i}=s${i}`, '\t', bytes) },
  { name: 'many devices', of: (bytes) => joined((i) => `pin=${i}\tpasswd=p${i}`, '\n', bytes) },
  { name: 'many results', of: (bytes) => joined((i) => `ID=${i}&Return=${i}&CMD=x`, '\n', bytes) },
  { name: 'many punches', of: (bytes) => joined((i) => `${i}\t2026-03-02 08:00:00\t0\t1`, '\n', bytes) },
  {
    name: 'noise',
    of: (bytes) => Buffer.alloc(bytes).map((_, i) => (i * i * 31 + (i >> 3)) & 0xff) as Buffer,
  },
];

export const SHAPES: readonly Shape[] = [...repeated, ...made].map(remembered);

/** The same few sizes are asked for again and again. */
function remembered({ name, of }: Shape): Shape {
  const made = new Map<number, Buffer>();
  return {
    name,
    of(bytes) {
      const shape = made.get(bytes) ?? of(bytes);
      made.set(bytes, shape);
      return shape;
    },
  };
}

function nested(open: string, core: string, close: string, bytes: number): Buffer {
  const depth = Math.floor((bytes - core.length) / (open.length + close.length));
  return Buffer.from(open.repeat(depth) + core + close.repeat(depth), 'latin1');
}

function joined(part: (index: number) => string, separator: string, bytes: number): Buffer {
  const parts: string[] = [];
  for (let length = 0; length < bytes; length += parts.at(-1)!.length + 1) parts.push(part(parts.length));
  return Buffer.from(parts.join(separator), 'latin1');
}
