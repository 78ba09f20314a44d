import { describe, expect, it } from 'vitest';
import { createDialects } from '../../src/lib/dialects/index.js';
import { createWireRequest } from '../../src/lib/dialects/request.js';
import { FileUnreadable } from '../../src/lib/formats/format.js';
import { createFormats } from '../../src/lib/formats/index.js';
import { readHead } from '../../src/lib/listener/head.js';
import { contextOf } from '../dialects/wire-run.js';
import { loadCases, readCaseFile } from '../formats/cases.js';
import { createContext, readAll } from '../formats/reading.js';
import { loadWireCases, renderHttp } from '../support/wire-case.js';
import { mutate } from './mutate.js';
import { diceOf, PLAN } from './plan.js';

/**
 * The same mutations without a socket, so that each reading can be looked at. The contract suites bend the samples of
 * one dialect a little; here whole requests of all of them are mixed, and every file is read by every format.
 */
describe(`law 3 for what is bent beyond recognition (seed ${PLAN.seed})`, () => {
  it(
    'every dialect that claims a request accounts for all of it, and never throws',
    () => {
      const corpus = loadWireCases('test/wire').map(({ request }) => renderHttp(request));
      const dialects = createDialects();
      let claimed = 0;
      for (let index = 0; index < 10 * PLAN.runs; index += 1) {
        const dice = diceOf(index);
        const bytes = mutate(dice.oneOf(corpus), dice, corpus);
        const bodyAt = bytes.indexOf('\r\n\r\n') + 4;
        const head = readHead(bytes.subarray(0, Math.max(bodyAt, 4)));
        const request = createWireRequest({ ...head, body: bytes.subarray(bodyAt), remoteAddress: '' });
        // Each is asked, not only the first: the order is the listener's.
        for (const dialect of dialects) {
          if (!dialect.claims(request)) continue;
          claimed += 1;
          const { lines, punches, unread, skipped, stored, notStored } = dialect.read(request, contextOf());
          expect(lines, `script ${index}`).toBe(punches.length + unread.length + skipped);
          if (punches.length + unread.length > 0) expect(notStored, `script ${index}`).not.toEqual(stored);
        }
      }
      expect(claimed).toBeGreaterThan(PLAN.runs);
    },
    60_000 + PLAN.runs * 50,
  );

  it(
    'every format reads any file, or says that it is unreadable',
    async () => {
      const files = loadCases().map((file) => ({ fileName: file.file, bytes: readCaseFile(file) }));
      const small = files.filter(({ bytes }) => bytes.length < 65_536);
      const corpus = small.map(({ bytes }) => bytes);
      const formats = createFormats({ columns: { user: 1, time: 2 } });
      for (let index = 0; index < PLAN.runs; index += 1) {
        const dice = diceOf(index);
        const { fileName, bytes } = dice.oneOf(small);
        const bent = mutate(bytes, dice, corpus);
        for (const format of formats) {
          try {
            const reading = await readAll(format, { fileName, bytes: bent }, createContext({ forced: true }));
            if (!format.resumable) continue;
            const units = [reading.punches, reading.duplicates, reading.rejected, reading.skipped].flat();
            expect(new Set(units.map(({ line }) => line)).size, `${format.name}, script ${index}`).toBe(
              reading.end.line,
            );
          } catch (error) {
            if (!(error instanceof FileUnreadable))
              throw new Error(`${format.name}, script ${index}`, { cause: error });
          }
        }
      }
    },
    60_000 + PLAN.runs * 200,
  );
});
