import { describe, expect, it } from 'vitest';
import { FileUnreadable, FORMAT_NAMES, type Format } from '../../src/lib/formats/format.js';
import { createHead } from '../../src/lib/formats/head.js';
import { createFormats } from '../../src/lib/formats/index.js';
import { createDice, type Dice } from '../faults/dice.js';
import { loadCases, readCaseFile } from '../formats/cases.js';
import { createContext, createSource, joinChunks, type WholeReading } from '../formats/reading.js';
import { fc } from '../support/property.js';
import { chance, shown } from './chance.js';
import { type Fact, fact, identityOf, identityOfFact } from './facts.js';
import { CSV_SETTINGS, FILE_GRAMMARS } from './file-grammar.js';
import { grow, growingOf } from './growing.js';
import { expectLinear } from './growth.js';
import { expectHeldWithin, heldBytes } from './heap.js';
import { mutate } from './mutate.js';
import { longRuns, PATIENCE_MS, PLAN, runs } from './plan.js';
import { workbookOf, zip } from './workbook.js';

const FORMATS = createFormats(CSV_SETTINGS);
const CASES = loadCases()
  .map((each) => ({ name: each.name, fileName: each.file, bytes: readCaseFile(each) }))
  .filter(({ bytes }) => bytes.length < 65_536);
const CORPUS = CASES.map(({ bytes }) => bytes);

const MEBIBYTE = 1_048_576;
const FILE_BYTES = 16_384;
/** A row is kept as its text, in two bytes each letter, and beside it what it says. */
const MOST_TIMES_THE_INPUT = 64;

it('every format has a grammar or a reason for none, and no other', () => {
  const names = [...new Set(FORMATS.map(({ name }) => name))].sort();
  expect(names).toEqual([...FORMAT_NAMES].sort());
  expect(names).toEqual(Object.keys(FILE_GRAMMARS).sort());
});

describe.each(FORMATS.map((format) => [titleOf(format), format] as const))(
  `%s (seed ${PLAN.seed})`,
  (_, format) => {
    const { name } = format;
    // A workbook forced upon a layout is read by the same reader: what is well written is the layout's own matter.
    const grammar = format.layout === undefined ? FILE_GRAMMARS[name] : null;
    const samples = CASES.filter((each) => each.name.startsWith(`${name}/`));
    const fileName = grammar?.fileName ?? samples[0]!.fileName;

    it.runIf(grammar)('reads what is well written, whatever stands beside it', async () => {
      const { titles, row, encode, toMinute } = grammar!;
      const item = fc.oneof({ weight: 6, arbitrary: fact }, fc.constantFrom('nonsense', '7 yesterday'));
      await fc.assert(
        fc.asyncProperty(fact, fc.array(item, { maxLength: 30 }), async (first, rest) => {
          const items: (Fact | string)[] = [first, ...rest];
          const lines = items.map((each, i) => (typeof each === 'string' ? each : row(each, i)));
          const reading = await read(format, fileName, encode([...titles, ...lines]));
          expect(reading.punches.map(identityOf)).toEqual(
            items.flatMap((each) => (typeof each === 'string' ? [] : [identityOfFact(toWhole(each))])),
          );
          expect(linesOf(reading)).toEqual(new Set([...titles, ...lines].map((_, i) => i + 1)));
        }),
        runs(0.3),
      );

      function toWhole(said: Fact): Fact {
        return toMinute ? { ...said, time: `${said.time.slice(0, 16)}:00` } : said;
      }
    });

    it(
      'law 3 for what is bent beyond recognition: counts every line, or says that the file is unreadable',
      async () => {
        const bent = chance.map((dice) => {
          const sample = dice.oneOf(dice.between(0, 2) ? samples : CASES);
          return shown({ fileName: sample.fileName }, bend(format, sample.bytes, dice));
        });
        await fc.assert(
          fc.asyncProperty(bent, fc.boolean(), async (file, still) => {
            const reading = await readOrRefuse(format, { ...file, still });
            if (reading === null) return;
            const units = [reading.punches, reading.duplicates, reading.rejected, reading.skipped].flat();
            expect(JSON.stringify(units).length).toBeLessThan(
              65_536 + MOST_TIMES_THE_INPUT * file.bytes.length,
            );
            // Sheets number their rows each from one, and leave out what was never filled.
            if (name === 'xlsx') return;
            expect(linesOf(reading)).toEqual(
              new Set(Array.from({ length: reading.end.line }, (_, i) => i + 1)),
            );
          }),
          runs(0.3),
        );
      },
      PATIENCE_MS,
    );

    it.runIf(format.resumable)(
      'takes time in proportion to the file, whatever is in it',
      async () => {
        const swelling = chance.map((dice) => growingOf(dice.oneOf([...samples, ...CASES]).bytes, dice));
        await fc.assert(
          fc.asyncProperty(swelling, async (growing) => {
            await expectLinear(name, FILE_BYTES, async (bytes) => {
              await readOrRefuse(format, { fileName, bytes: grow(growing, bytes) });
            });
          }),
          longRuns(0.08),
        );
      },
      PATIENCE_MS,
    );

    it.runIf(grammar)(
      'takes time in proportion to the rows',
      async () => {
        const { titles, row, encode } = grammar!;
        await fc.assert(
          fc.asyncProperty(fc.array(fact, { minLength: 1, maxLength: 50 }), async (facts) => {
            await expectLinear(name, 200, async (count) => {
              const rows = Array.from({ length: count }, (_, i) => row(facts[i % facts.length]!, i));
              const reading = await read(format, fileName, encode([...titles, ...rows]));
              expect(reading.punches).toHaveLength(count);
            });
          }),
          longRuns(0.01),
        );
      },
      PATIENCE_MS,
    );

    it.runIf(format.resumable)(
      'holds no more of a long file than of a short one',
      async () => {
        const swelling = fc.nat().map((seed) => {
          const dice = createDice(seed);
          return growingOf(dice.oneOf([...samples, ...CASES]).bytes, dice);
        });
        await fc.assert(
          fc.asyncProperty(swelling, async (growing) => {
            const block = grow(growing, MEBIBYTE / 4);
            await expectHeldWithin(MEBIBYTE / 2, () => growthOver(format, fileName, block));
          }),
          longRuns(0.003),
        );
      },
      PATIENCE_MS,
    );
  },
);

function titleOf({ name, layout }: Format): string {
  return layout === undefined ? name : `${name} as ${layout}`;
}

/** Packed bytes that are bent are only damaged: a workbook is bent inside, and packed again. */
function bend(format: Format, bytes: Uint8Array, dice: Dice): Uint8Array {
  if (format.name !== 'xlsx' || dice.between(0, 3) === 0) return mutate(bytes, dice, CORPUS);
  const titles = ['รหัสที่เครื่อง', 'วัน/เวลา'];
  const parts = workbookOf([titles, ['7', '2026-03-02 08:00:00'], ['8', '2/3/2569 8:01'], ['', '9']]);
  const part = dice.oneOf([...parts.keys()]);
  const others = [...parts.values()].map((text) => Buffer.from(text));
  return zip(parts.set(part, mutate(Buffer.from(parts.get(part)!), dice, others).toString('utf8')));
}

async function readOrRefuse(
  format: Format,
  file: { readonly fileName: string; readonly bytes: Uint8Array; readonly still?: boolean },
): Promise<WholeReading | null> {
  try {
    return await read(format, file.fileName, file.bytes, file.still);
  } catch (error) {
    if (error instanceof FileUnreadable) return null;
    throw error;
  }
}

async function read(
  format: Format,
  fileName: string,
  bytes: Uint8Array,
  still = false,
): Promise<WholeReading> {
  const chunks = [];
  const source = createSource({ fileName, bytes, still });
  for await (const chunk of format.read(source, createContext({ forced: true }))) chunks.push(chunk);
  return joinChunks(chunks);
}

function linesOf({ punches, duplicates, rejected, skipped }: WholeReading): Set<number> {
  const lines = [punches, duplicates, rejected, skipped].flat().map(({ line }) => line);
  return new Set(lines.sort((a, b) => a - b));
}

/** What more is held at the end of a reading than in its middle: the first half fills buffers that stay as they are. */
async function growthOver(format: Format, fileName: string, block: Buffer): Promise<number> {
  const held: number[] = [];
  const source = {
    fileName,
    head: createHead(block, 8 * block.length),
    sizeBytes: 8 * block.length,
    still: false,
    async *open() {
      for (let turn = 0; turn < 8; turn += 1) {
        if (turn === 4 || turn === 7) held.push(heldBytes());
        yield block;
      }
    },
  };
  try {
    for await (const chunk of format.read(source, createContext({ forced: true }))) if (chunk.last) break;
  } catch (error) {
    if (!(error instanceof FileUnreadable)) throw error;
  }
  return held.at(-1)! - held.at(-2)!;
}
