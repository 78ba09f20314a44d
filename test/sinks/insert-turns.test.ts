import { expect, test } from 'vitest';
import { InsertTurns } from '../../src/lib/sinks/mysql/write.js';

test('inserts take turns in the order of the calls, whatever becomes of those before', async () => {
  const turns = new InsertTurns();
  const told: string[] = [];
  const insert = (name: string) => async () => {
    told.push(`${name} begins`);
    await new Promise((resolve) => setTimeout(resolve, 5));
    told.push(`${name} ends`);
    if (name === 'b') throw new Error('refused');
    return name;
  };
  const all = await Promise.allSettled(['a', 'b', 'c'].map((name) => turns.take(insert(name))));
  expect(all.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(told).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
});
