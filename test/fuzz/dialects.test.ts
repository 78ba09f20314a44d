import { describe, expect, it } from 'vitest';
import type { Dialect, Reading } from '../../src/lib/dialects/dialect.js';
import { createDialects } from '../../src/lib/dialects/index.js';
import { createWireRequest, type RawRequest } from '../../src/lib/dialects/request.js';
import { readHead } from '../../src/lib/listener/head.js';
import { LISTENER_DEFAULTS } from '../../src/lib/listener/settings.js';
import { checkReading } from '../contracts/dialect-contract.js';
import { contextOf } from '../dialects/wire-run.js';
import { createDice } from '../faults/dice.js';
import { fc } from '../support/property.js';
import { loadWireCases, renderHttp } from '../support/wire-case.js';
import { chance, shown } from './chance.js';
import { identityOf } from './facts.js';
import { grow, growingOf } from './growing.js';
import { expectLinear } from './growth.js';
import { expectHeldWithin, heldBytes } from './heap.js';
import { mutate } from './mutate.js';
import { longRuns, PATIENCE_MS, PLAN, runs } from './plan.js';
import { WIRE_GRAMMARS } from './wire-grammar.js';

const CASES = loadWireCases('test/wire').map(({ request }) => request);
const CORPUS = CASES.map(renderHttp);
const NAMES = createDialects().map(({ name }) => name);

const MEBIBYTE = 1_048_576;
const BODY_BYTES = 32_768;
/** A slot of twelve bytes becomes a punch with its bytes in hexadecimal and all its fields: some forty times as much. */
const MOST_TIMES_THE_INPUT = 64;
const HOARD = 250;

it('every dialect has a grammar, and no other', () => {
  expect(Object.keys(WIRE_GRAMMARS).sort()).toEqual([...NAMES].sort());
});

describe.each(NAMES)(`%s (seed ${PLAN.seed})`, (name) => {
  const grammar = WIRE_GRAMMARS[name];
  const create = (): Dialect => createDialects().find((each) => each.name === name)!;
  const samples = CASES.filter((request) => create().claims(createWireRequest(request)));

  it('reads what is well said, whatever stands beside it', () => {
    fc.assert(
      fc.property(grammar.saying, ({ requests, punches, units }) => {
        const all = createDialects();
        const readings = requests.map((raw) => {
          const request = createWireRequest(raw);
          const first = all.find((each) => each.claims(request));
          expect(first?.name).toBe(name);
          return first!.read(request, contextOf());
        });
        readings.forEach(checkReading);
        expect(readings.flatMap((reading) => reading.punches.map(identityOf))).toEqual(punches);
        expect(readings.reduce((sum, { lines }) => sum + lines, 0)).toBe(units);
      }),
      runs(0.5),
    );
  });

  it(
    'law 3 for what is bent beyond recognition: accounts for all of it, and never throws',
    () => {
      let claimed = 0;
      const bent = chance.map((dice) => {
        const bytes = mutate(renderHttp(dice.oneOf(samples)), dice, CORPUS);
        return shown({}, bytes);
      });
      fc.assert(
        fc.property(bent, ({ bytes }) => {
          const reading = readOnce(create(), requestOf(bytes));
          if (reading === null) return;
          claimed += 1;
          checkReading(reading);
          expect(bytesOf(reading)).toBeLessThan(65_536 + MOST_TIMES_THE_INPUT * bytes.length);
        }),
        runs(),
      );
      // Mutations that nobody takes for his would prove little.
      expect(claimed).toBeGreaterThan(PLAN.runs / 16);
    },
    PATIENCE_MS,
  );

  it(
    'takes time in proportion to the body, whatever is in it',
    async () => {
      const wrappings = [(content: Buffer) => content, ...grammar.wrappings];
      const swelling = chance.map((dice) => {
        const sample = dice.oneOf(samples);
        const wrapping = dice.between(0, wrappings.length - 1);
        return { sample, wrapping, growing: growingOf(sample.body, dice) };
      });
      await fc.assert(
        fc.asyncProperty(swelling, async ({ sample, wrapping, growing }) => {
          await expectLinear(sample.target, BODY_BYTES, (bytes) => {
            const body = wrappings[wrapping]!(grow(growing, bytes));
            readOnce(create(), { ...sample, method: 'POST', body });
          });
        }),
        longRuns(0.12),
      );
    },
    PATIENCE_MS,
  );

  it(
    'takes time in proportion to the head',
    async () => {
      const swelling = chance.map((dice) => {
        const sample = dice.oneOf(samples);
        const words = [sample.target, ...sample.rawHeaders];
        const at = dice.between(0, words.length - 1);
        return { sample, words, at, growing: growingOf(Buffer.from(words[at]!, 'latin1'), dice) };
      });
      await fc.assert(
        fc.asyncProperty(swelling, async ({ sample, words, at, growing }) => {
          await expectLinear(sample.target, LISTENER_DEFAULTS.maxHeaderBytes / 8, (bytes) => {
            const long = grow(growing, bytes).toString('latin1');
            const [target = '', ...rawHeaders] = words.with(at, long);
            readOnce(create(), { ...sample, target, rawHeaders });
          });
        }),
        longRuns(0.12),
      );
    },
    PATIENCE_MS,
  );

  it(
    'keeps no more of what has gone by than its bound',
    async () => {
      await fc.assert(
        // Not fast-check's own dice: it would keep every throw, and what is kept is what is measured.
        fc.asyncProperty(fc.nat(), fc.boolean(), async (seed, isInParts) => {
          const dialect = create();
          const dice = createDice(seed);
          let index = 0;
          const saySo = (many: number): number => {
            for (const end = index + many; index < end; index += 1) {
              const sample = renderHttp(dice.oneOf(samples));
              const bytes = dice.between(0, 3) ? sample : mutate(sample, dice, CORPUS);
              readOnce(dialect, anotherOne(requestOf(bytes), index, isInParts));
            }
            return heldBytes();
          };
          let before = saySo(HOARD);
          await expectHeldWithin(MEBIBYTE + grammar.stateBytes, () => {
            const start = before;
            before = saySo(2 * HOARD);
            return before - start;
          });
        }),
        longRuns(0.005),
      );
    },
    PATIENCE_MS,
  );
});

function requestOf(bytes: Uint8Array): RawRequest {
  const bodyAt = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf('\r\n\r\n') + 4;
  const head = readHead(Buffer.from(bytes.subarray(0, Math.max(bodyAt, 4))));
  return { ...head, body: bytes.subarray(bodyAt), remoteAddress: '' };
}

function readOnce(dialect: Dialect, raw: RawRequest): Reading | null {
  const request = createWireRequest(raw);
  return dialect.claims(request) ? dialect.read(request, contextOf()) : null;
}

/** The same from another device, in another transaction, and perhaps as the first part of more. */
function anotherOne(raw: RawRequest, index: number, isInParts: boolean): RawRequest {
  const another = `X${index}`;
  const renamed = raw.rawHeaders.map((word, i) =>
    i % 2 === 1 && /^(dev_id|trans_id|cmd_id)$/i.test(raw.rawHeaders[i - 1]!) ? another : word,
  );
  const rawHeaders = isInParts ? ['blk_no', '1', ...renamed] : renamed;
  return { ...raw, rawHeaders, target: raw.target.replace(/\bSN=[^&]*/i, `SN=${another}`) };
}

/** What the journal and the answer would get. */
function bytesOf(reading: Reading): number {
  const fragments = reading.unread.reduce((sum, { bytes }) => sum + bytes.length, 0);
  return fragments + JSON.stringify({ ...reading, unread: [] }).length;
}
