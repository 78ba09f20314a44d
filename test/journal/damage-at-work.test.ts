import { closeSync, existsSync, openSync, statSync, writeSync } from 'node:fs';
import { afterEach, expect, it, vi } from 'vitest';
import type { Journal, JournalUnavailable } from '../../src/lib/journal/journal.js';
import { append, entry, punch, punches } from '../contracts/journal/samples.js';
import { useFolder } from './folder.js';

/** As of a journal too large to be checked in full at every open. */
const check = vi.hoisted(() => ({ isLarge: false }));
vi.mock('../../src/lib/journal/soundness.js', async (load) => {
  const real = await load<typeof import('../../src/lib/journal/soundness.js')>();
  return {
    ...real,
    checkSoundness: (...parts: Parameters<typeof real.checkSoundness>) =>
      check.isLarge || real.checkSoundness(...parts),
  };
});

const folder = useFolder();
afterEach(() => {
  check.isLarge = false;
});

/** Every page behind the first forty, and so most punches. */
async function harmed(): Promise<string> {
  const journal = folder.open();
  for (let day = 10; day < 30; day += 1) {
    await append(journal, ...punches(500, { time: `2026-10-${day} 08:00:00` }));
  }
  folder.close(journal);
  const handle = openSync(journal.path, 'r+');
  for (let at = 40 * 4_096; at < statSync(journal.path).size; at += 4_096)
    writeSync(handle, new Uint8Array(4_096), 0, 4_096, at);
  closeSync(handle);
  return journal.path;
}

const WAYS: readonly { readonly name: string; readonly meet: (journal: Journal) => unknown }[] = [
  { name: 'a listing', meet: (journal) => [...journal.punches({})] },
  { name: 'a take', meet: (journal) => journal.take(100_000) },
  {
    name: 'a settlement',
    meet: (journal) => journal.settle({ target: 't', accepted: [9_000], rejected: [] }),
  },
  { name: 'an append', meet: (journal) => append(journal, punch({ time: '2026-10-29 08:00:00' })) },
];

for (const { name, meet } of WAYS) {
  it(`damage met by ${name}: says so, asks to be opened anew, and is mended then`, async () => {
    check.isLarge = true;
    const file = await harmed();
    const met: JournalUnavailable[] = [];
    const journal = folder.open({ onDamage: (error) => met.push(error) });
    await expect(async () => meet(journal)).rejects.toMatchObject({
      name: 'JournalUnavailable',
      reason: 'damaged',
    });
    await expect(async () => meet(journal)).rejects.toMatchObject({ reason: 'damaged' });
    expect(met).toMatchObject([{ reason: 'damaged' }]);
    expect(existsSync(`${file}.suspect`)).toBe(true);
    folder.close(journal);
    check.isLarge = false;
    const mended = folder.open();
    expect(mended.notices()).toMatchObject([{ code: 'HIP_JOURNAL_DAMAGED' }]);
    expect(existsSync(`${file}.suspect`)).toBe(false);
    expect(await mended.append(entry([punch()]))).toMatchObject({ stored: 1 });
  });
}
