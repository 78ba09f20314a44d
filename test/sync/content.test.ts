import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ContentTrail, identityOf, stillHolds } from '../../src/lib/sync/content.js';
import { OpenedFile } from '../../src/lib/sync/opened-file.js';
import { fc } from '../support/property.js';

const folder = mkdtempSync(join(tmpdir(), 'hip-content-'));
const path = join(folder, 'file');

afterAll(() => rmSync(folder, { recursive: true }));

async function open(bytes: Uint8Array): Promise<OpenedFile> {
  writeFileSync(path, bytes);
  return OpenedFile.open(path);
}

function expected(bytes: Uint8Array, end: number): string {
  return `sha256:${end}:${createHash('sha256').update(bytes.subarray(0, end)).digest('hex')}`;
}

/** Bytes of which no two places look alike. */
function sample(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => (at * 31 + (at >> 8) * 7) & 0xff);
}

describe('the content identity', () => {
  it('is that of all bytes before a point, wherever reading began and however far ahead it is', async () => {
    const bytes = sample(400_000);
    const file = await open(bytes);
    const property = fc.asyncProperty(
      fc.integer({ min: 0, max: bytes.length }),
      fc.array(fc.integer({ min: 0, max: bytes.length }), { maxLength: 6 }),
      async (start, points) => {
        const trail = new ContentTrail(file);
        const pieces = trail.give(start);
        for (const point of points.filter((one) => one >= start).sort((a, b) => a - b)) {
          await pieces.next();
          expect(await trail.identityAt(point)).toBe(expected(bytes, point));
        }
        await pieces.return(undefined);
      },
    );
    await fc.assert(property, { numRuns: 60 });
    await file.close();
  });

  it('is right after a first pass over more than is kept, and after a line longer than that', async () => {
    const bytes = sample(9 * 1024 * 1024);
    const file = await open(bytes);
    const trail = new ContentTrail(file);
    for await (const _ of trail.give(3));
    let seen = 3;
    for await (const piece of trail.give(3)) seen += piece.length;
    expect(seen).toBe(bytes.length);
    expect(await trail.identityAt(1_000)).toBe(expected(bytes, 1_000));
    expect(await trail.identityAt(bytes.length)).toBe(expected(bytes, bytes.length));
    await file.close();
  });

  it('holds for a file that grew and for no other change', async () => {
    const bytes = sample(5_000);
    const before = await open(bytes.subarray(0, 3_000));
    const checkpoint = { identity: await identityOf(before), offsetBytes: 3_000 };
    await before.close();
    const holds = async (now: Uint8Array): Promise<boolean> => {
      const file = await open(now);
      const answer = await stillHolds(file, checkpoint);
      await file.close();
      return answer;
    };
    const changed = bytes.slice();
    changed[1_500]! ^= 1;
    expect(await holds(bytes)).toBe(true);
    expect(await holds(bytes.subarray(0, 3_000))).toBe(true);
    expect(await holds(bytes.subarray(0, 2_999))).toBe(false);
    expect(await holds(changed)).toBe(false);
  });

  it('does not read what is written behind the end while it reads', async () => {
    const file = await open(sample(100));
    writeFileSync(path, sample(200), { flag: 'a' });
    let seen = 0;
    for await (const piece of new ContentTrail(file).give(0)) seen += piece.length;
    expect(seen).toBe(100);
    await file.close();
  });

  it('says so when the file is cut short while it reads', async () => {
    const file = await open(sample(100_000));
    writeFileSync(path, sample(10));
    const read = async (): Promise<void> => {
      for await (const _ of new ContentTrail(file).give(0));
    };
    await expect(read()).rejects.toThrow('cut short');
    await file.close();
  });
});
