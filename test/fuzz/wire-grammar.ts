import type { DialectName } from '../../src/lib/dialects/dialect.js';
import { renderFrame } from '../../src/lib/dialects/fkweb/frame.js';
import type { RawRequest } from '../../src/lib/dialects/request.js';
import { fc } from '../support/property.js';
import { type Fact, fact, identityOfFact } from './facts.js';

/** What a device of a family says when nothing is wrong with it, and what must come of it. */
export interface Saying {
  readonly requests: readonly RawRequest[];
  /** `user time` of its punches, in their order. */
  readonly punches: readonly string[];
  /** Lines or messages that are handed over, punches or not. */
  readonly units: number;
}

export interface WireGrammar {
  readonly saying: fc.Arbitrary<Saying>;
  /** Ways to put bytes where the dialect looks for its content; as the body itself is always one of them. */
  readonly wrappings: readonly ((content: Buffer) => Buffer)[];
  /** What the dialect may hold between requests. */
  readonly stateBytes: number;
}

const MEBIBYTE = 1_048_576;
const SN = 'CEXB000000099';

/** A dialect that joins the list joins this table: the compiler asks for it. */
export const WIRE_GRAMMARS: Readonly<Record<DialectName, WireGrammar>> = {
  adms: lines({
    target: `/iclock/cdata?SN=${SN}&table=ATTLOG&Stamp=9999`,
    good: ({ user, time, code }) => `${user}\t${time}\t${code}\t${code}\t0\t0`,
    others: ['nonsense', '7\tyesterday\t0\t1', '\t2026-03-02 08:00:00\t0', '7', '7\t2026-02-30 08:00:00'],
  }),
  'adms-security': lines({
    target: `/iclock/cdata?SN=${SN}&table=rtlog`,
    good: ({ user, time, code }) =>
      `time=${time}\tpin=${user}\tcardno=0\teventaddr=1\tevent=${code}\tinoutstatus=${code % 3}\tverifytype=1`,
    others: [
      ...['nonsense', 'time=yesterday\tpin=5\tevent=0', 'time=2026-03-02 08:00:00\tpin=5\tevent='],
      ...['time=2026-03-02 08:00:00\tpin=0\tevent=200', 'time=2026-03-02 08:00:00\tpin=5\tevent=27'],
    ],
  }),
  fkweb: {
    saying: fc
      .record({ fact, photoBytes: fc.nat({ max: 3_000 }), partBytes: fc.integer({ min: 64, max: 4_000 }) })
      .map(({ fact: said, photoBytes, partBytes }) => {
        const frame = renderFrame(glogOf(said), [new Uint8Array(photoBytes).fill(0x80)]);
        const count = Math.ceil(frame.length / partBytes);
        const requests = Array.from({ length: count }, (_, i) =>
          fkRequest(frame.subarray(i * partBytes, (i + 1) * partBytes), i === count - 1 ? 0 : i + 1),
        );
        return { requests, punches: [identityOfFact(said)], units: 1 };
      }),
    wrappings: [
      framed,
      (content) => framed(Buffer.concat([Buffer.from('{"user_id":"1","io_time":"'), content, CLOSE])),
      (content) => framed(Buffer.concat([Buffer.from('{"log_array":['), content, Buffer.from(']}')])),
      (content) =>
        Buffer.concat([framed(Buffer.from('{"log_array":"BIN_1","one_log_size":12}')), framed(content)]),
    ],
    // Parts of messages: TRANSFER_LIMITS.maxTotalBytes.
    stateBytes: 64 * MEBIBYTE,
  },
  plain: lines({
    target: '/',
    good: ({ user, time, code }) => `${user}\t${time}\t${code}\t${code}`,
    others: ['nonsense', '7\tyesterday\t0\t1', '\t2026-03-02 08:00:00\t0', '7'],
  }),
};

interface LineGrammar {
  readonly target: string;
  readonly good: (said: Fact) => string;
  /** Lines that are no punch. */
  readonly others: readonly string[];
}

function lines({ target, good, others }: LineGrammar): WireGrammar {
  const other = fc.constantFrom(...others);
  const blank = fc.constantFrom('', ' ', '\t', '\0');
  const item = fc.oneof({ weight: 6, arbitrary: fact }, other, blank);
  const saying = fc
    .record({
      // Nothing but rubbish is nobody's, or everybody's: one line at least shows whose it is.
      first: fact,
      rest: fc.array(item, { maxLength: 30 }),
      lineEnd: fc.constantFrom('\n', '\r\n', '\r'),
    })
    .map(({ first, rest, lineEnd }) => {
      const items = [first, ...rest];
      const text = items.map((each) => `${typeof each === 'string' ? each : good(each)}${lineEnd}`).join('');
      return {
        requests: [{ ...POST, target, rawHeaders: [], body: Buffer.from(text) }],
        punches: items.flatMap((each) => (typeof each === 'string' ? [] : [identityOfFact(each)])),
        units: items.filter((each) => typeof each !== 'string' || others.includes(each)).length,
      };
    });
  return { saying, wrappings: [], stateBytes: 0 };
}

const POST = { method: 'POST', httpVersion: '1.1', remoteAddress: '' } as const;
const CLOSE = Buffer.from('"}');

function glogOf({ user, time, code }: Fact): object {
  return {
    fk_bin_data_lib: 'FKDataHS103',
    user_id: user,
    io_time: time.replace(/\D/g, ''),
    io_mode: code % 2,
    verify_mode: 1,
    log_image: 'BIN_1',
  };
}

function fkRequest(body: Uint8Array, blockNo: number): RawRequest {
  const headers = { request_code: 'realtime_glog', dev_id: SN, trans_id: 'RTLogSendAction' };
  const rawHeaders = Object.entries({ ...headers, blk_no: String(blockNo) }).flat();
  return { ...POST, target: '/', rawHeaders, body };
}

function framed(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.length);
  return Buffer.concat([length, bytes]);
}
