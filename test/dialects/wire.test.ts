import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Reading, Reply } from '../../src/lib/dialects/dialect.js';
import { faultsOfPunches, faultsOfReply, loadWireCases, type WireCase } from '../support/wire-case.js';
import { runWireCase } from './wire-run.js';

/** A folder per dialect; one that `hip sniff --save` has written may stand beside them, whatever it holds. */
const FOLDERS = readdirSync('test/wire').filter((name) => !name.startsWith('.'));

for (const folder of FOLDERS) {
  const cases = loadWireCases(`test/wire/${folder}`);
  describe(`wire cases of ${folder}`, () => {
    test('are there', () => {
      expect(cases.length).toBeGreaterThan(0);
    });
    for (const each of cases) test(each.name, () => check(each, cases));
  });
}

function check(wireCase: WireCase, all: readonly WireCase[]): void {
  const { expect: expected, setup } = wireCase;
  const run = runWireCase(wireCase, all);
  expect(run.dialect).toBe(expected.dialect === undefined ? wireCase.dialect : expected.dialect);
  const overLimit = setup.maxBodyBytes !== undefined && wireCase.request.body.length > setup.maxBodyBytes;
  // The listener answers what no dialect claims, what is over its limit and what did not arrive whole.
  if (run.reading === null || run.reply === null || overLimit || isCutShort(wireCase)) return;
  const { reading } = run;
  const reply = { status: run.reply.status, body: bodyText(run.reply), headers: run.reply.headers };
  expect(faultsOfReply(expected, reply)).toEqual([]);
  expect(faultsOfPunches(expected.punches, run.newPunches)).toEqual([]);
  expect(reading.lines).toBe(reading.punches.length + reading.unread.length + reading.skipped);
  checkRest(expected, reading);
}

function isCutShort({ request }: WireCase): boolean {
  const at = request.rawHeaders.findIndex((name) => name.toLowerCase() === 'content-length');
  return at >= 0 && Number(request.rawHeaders[at + 1]) > request.body.length;
}

function checkRest(expected: WireCase['expect'], reading: Reading): void {
  if (expected.quarantined !== undefined) expect(reading.unread).toHaveLength(expected.quarantined);
  if (expected.reasons) expect(reading.unread.map((fragment) => fragment.reason)).toEqual(expected.reasons);
  if (expected.skipped !== undefined) expect(reading.skipped).toBe(expected.skipped);
  if (expected.dropped) {
    const dropped = Object.fromEntries(reading.dropped.map(({ kind, count }) => [kind, count]));
    expect(dropped).toEqual(expected.dropped);
  }
  if (expected.commandResults) {
    expect(reading.commandResults).toMatchObject(expected.commandResults);
    expect(reading.commandResults).toHaveLength(expected.commandResults.length);
  }
  if (expected.commandsSent) expect(reading.commandsSent).toEqual(expected.commandsSent);
  if (expected.facts) expect(reading.facts).toMatchObject(expected.facts);
  if (expected.stamps) expect(reading.stamps).toEqual(expected.stamps);
  const everything = textOf(reading);
  for (const secret of expected.nowhere ?? []) expect(everything).not.toContain(secret);
}

function bodyText(reply: Reply): string {
  return typeof reply.body === 'string' ? reply.body : Buffer.from(reply.body).toString('utf8');
}

function textOf(reading: Reading): string {
  const fragments = reading.unread.map(({ bytes }) => Buffer.from(bytes).toString('latin1'));
  return JSON.stringify([reading, fragments]);
}
