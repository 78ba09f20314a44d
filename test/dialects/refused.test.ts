import { describe, expect, test } from 'vitest';
import type { Reading, Reply } from '../../src/lib/dialects/dialect.js';
import { loadWireCases, type WireCase } from '../support/wire-case.js';
import { createWireRunner, runWireCase } from './wire-run.js';

/**
 * What is over a limit is answered from its head alone (`Intake.refuse`). Law 1: no device may take that for "stored",
 * nor may the request itself, when it comes again, be acknowledged with less than it brings.
 */
const CASES = loadWireCases('test/wire');

describe('a request that is refused by its head', () => {
  const bringing = CASES.filter((each) => {
    const { reading } = runWireCase(each, CASES);
    return reading !== null && reading.punches.length + reading.unread.length > 0;
  });

  test('is looked at in all dialects', () => {
    expect(new Set(bringing.map(({ dialect }) => dialect)).size).toBeGreaterThanOrEqual(4);
  });

  test.each(bringing.map((each) => [`${each.dialect}/${each.name}`, each] as const))('%s', (_, wireCase) => {
    const whole = inItsStory(wireCase);
    const refused = inItsStory(wireCase, 'refused first');
    if (refused.head) expect(refused.head.notStored).not.toEqual(whole.reading.stored);
    if (!isSame(refused.reading.stored, whole.reading.stored)) return;
    expect(refused.newPunches).toEqual(whole.newPunches);
    expect(refused.reading.unread.length).toBeGreaterThanOrEqual(whole.reading.unread.length);
  });
});

interface Told {
  readonly head: Reading | null;
  readonly reading: Reading;
  readonly newPunches: Reading['punches'];
}

function inItsStory({ setup, dialect, request }: WireCase, refused?: 'refused first'): Told {
  const { journal: _, ...sound } = setup;
  const run = createWireRunner(sound);
  for (const name of setup.after ?? []) {
    run(CASES.find((each) => each.name === name && each.dialect === dialect)!.request);
  }
  const head = refused ? run({ ...request, body: new Uint8Array() }, false).reading : null;
  const { reading, newPunches } = run(request);
  return { head, reading: reading!, newPunches };
}

function isSame(one: Reply, other: Reply): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
